// Where training stands, in `control`: whole numbers below 2^24, the rate, the scale and the sharpness.
// Steps done of this round through the rows, and updates of the parameters done in all.
const STEP = 0;
const UPDATES = 1;
const RATE = 2;
// What gradients are multiplied by.
const SCALE = 3;
// Of losses that draw rows to centres.
const SHARPNESS = 4;
