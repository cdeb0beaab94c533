// Rows by cluster, as group_rows.wgsl leaves them and accumulate.wgsl takes them.
//
// Rows go in segments of SEGMENT, and these in runs of RUN, counted from the first row of all. A
// dispatch takes a batch of segments, whose first one has place `first_segment % RUN` in its run:
//   order   [segments of this batch][LIST]  a segment's entries of cluster 0, of cluster 1, ...: rows,
//           with the bit LEAVES where the row's share is taken from the sums
//   ranges  [K][runs of this batch][RUN]    where in the segment's part of `order` the cluster's
//           entries begin, and in the upper half where they end
const SEGMENT = 1024;
// Few sums where few rows change, and yet many invocations.
const RUN = 16;
// A row can have two entries, and is noted once before they are sorted.
const LIST = 3 * SEGMENT;
const LEAVES = 0x80000000u;

fn runs_of(first_segment: u32, segments: u32) -> u32 {
  return (first_segment % RUN + segments + RUN - 1) / RUN;
}
