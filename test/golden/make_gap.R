# Writes gap.json: the gap statistic by R's cluster::clusGap, and what cluster::maxSE makes of it.
# Run in this folder: Rscript --vanilla make_gap.R
suppressPackageStartupMessages(library(cluster))
RNGversion("4.2.0")
set.seed(20)

rules <- c("firstSEmax", "Tibs2001SEmax", "globalSEmax", "firstmax", "globalmax")
factors <- c(0, 0.5, 1, 2)
sets <- 200 # references

shortest <- function(x) {
  short <- sprintf("%.15g", x)
  ifelse(as.numeric(short) == x, short, sprintf("%.17g", x))
}
numbers <- function(x) paste0("[", paste(shortest(x), collapse = ","), "]")
choices <- function(gaps, errors)
  numbers(outer(factors, rules, Vectorize(function(f, r) maxSE(gaps, errors, r, f))))
kmeansOf <- function(x, k) kmeans(x, k, nstart = 20, iter.max = 100)
# Warnings are of Hartigan and Wong's quick transfers on uniform rows.
table <- function(x, most, space, power, sets)
  suppressWarnings(clusGap(x, kmeansOf, K.max = most, B = sets, d.power = power, spaceH0 = space,
                           verbose = FALSE)$Tab)

noise <- matrix(round(runif(240), 4), ncol = 2)
data <- list(iris = as.matrix(iris[, 1:4]), faithful = as.matrix(faithful), noise = noise)
cases <- character()
add <- function(name, space, most, power = 2) {
  tab <- table(data[[name]], most, space, power, sets)
  cases <<- c(cases, sprintf(
    '{"dataset":"%s","reference":"%s","power":%d,"references":%d,"logW":%s,"expectedLogW":%s,"gaps":%s,"standardErrors":%s,"choices":%s}',
    name, if (space == "original") "uniform" else "pca", power, sets, numbers(tab[, "logW"]),
    numbers(tab[, "E.logW"]), numbers(tab[, "gap"]), numbers(tab[, "SE.sim"]),
    choices(tab[, "gap"], tab[, "SE.sim"])))
}
for (name in names(data)) for (space in c("original", "scaledPCA")) add(name, space, 6)
add("iris", "scaledPCA", 4, 1)

# Curves that no data gave: every rule meets ties, falls from the start and rises to the end.
curves <- lapply(1:60, function(i) {
  length <- 1 + i %% 9
  gaps <- if (i %% 3 == 0) sample(4, length, TRUE) / 8 else round(rnorm(length), 3)
  errors <- round(abs(rnorm(length)) * c(0.1, 1)[1 + i %% 2], 3)
  sprintf('{"gaps":%s,"standardErrors":%s,"choices":%s}', numbers(gaps), numbers(errors),
          choices(gaps, errors))
})

temporary <- ".gap.json.tmp"
writeLines(sprintf(
  '{"rules":["%s"],"factors":%s,"noise":%s,\n"cases":[\n%s\n],\n"curves":[\n%s\n]}',
  paste(rules, collapse = '","'), numbers(factors), numbers(t(noise)),
  paste(cases, collapse = ",\n"), paste(unlist(curves), collapse = ",\n")), temporary)
invisible(file.rename(temporary, "gap.json"))
