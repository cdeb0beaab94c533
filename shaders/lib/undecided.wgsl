// The rows whose nearest centroid scores leave open: decide.wgsl labels them.
//   undecided[0 to 2]  its workgroups, one for four rows, for an indirect dispatch; the caller sets them
//                      to 0, 1, 1
//   undecided[3]       how many rows they are; the caller sets it to 0
//   undecided[4 ..]    these rows, in any order; room for all
const DECIDERS = 0;
const UNDECIDED = 3;
const FIRST_UNDECIDED = 4;
const MOST_DECIDERS = 1024;
