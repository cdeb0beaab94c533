// What a layer does to each number, and the slope of that, from its result alone: see
// src/ops/algebra/activation.ts. The importing file has `const ACTIVATION`, one of these:
const RELU = 1;
const LEAKY_RELU = 2;
const TANH = 3;
const SIGMOID = 4;
const SELU = 5;
const LEAK = 0.01;
const SELU_SCALE = 1.0507009873554805;
const SELU_DEPTH = 1.7580993408473766;

fn activated(v: vec4f) -> vec4f {
  var y = v;
  #if ACTIVATION == RELU
  y = max(v, vec4f());
  #end
  #if ACTIVATION == LEAKY_RELU
  y = max(v, LEAK * v);
  #end
  #if ACTIVATION == TANH
  // Beyond 15 it is 1 in float32; drivers overflow on the way there.
  y = tanh(clamp(v, vec4f(-15), vec4f(15)));
  #end
  #if ACTIVATION == SIGMOID
  y = 1 / (1 + exp(-max(v, vec4f(-80))));
  #end
  #if ACTIVATION == SELU
  y = select(SELU_DEPTH * (exp(min(v, vec4f())) - 1), SELU_SCALE * v, v > vec4f());
  #end
  return y;
}

fn activation_slope(y: vec4f) -> vec4f {
  var slope = vec4f(1);
  #if ACTIVATION == RELU
  slope = select(vec4f(), vec4f(1), y > vec4f());
  #end
  #if ACTIVATION == LEAKY_RELU
  slope = select(vec4f(LEAK), vec4f(1), y > vec4f());
  #end
  #if ACTIVATION == TANH
  slope = 1 - y * y;
  #end
  #if ACTIVATION == SIGMOID
  slope = y * (1 - y);
  #end
  #if ACTIVATION == SELU
  slope = select(y + SELU_DEPTH, vec4f(SELU_SCALE), y > vec4f());
  #end
  return slope;
}
