# Writes faithful.csv: R's `faithful`, 272 eruptions of the Old Faithful geyser in Yellowstone
# (eruption time and waiting time to the next, in minutes), from R's package `datasets`.
# Run in this folder: Rscript make_faithful.R
temporary <- ".faithful.csv.tmp"
write.csv(datasets::faithful, temporary, row.names = FALSE, quote = FALSE)
invisible(file.rename(temporary, "faithful.csv"))
