//! CPU kernels for neural networks: convolutions, linear layers, attention, layer norm, and
//! linear layers over GGML's quantised blocks. Knows no inspection.
//!
//! On the CPU candle's convolution spends most of its time in a scalar im2col, its depthwise
//! convolution runs group by group, and its matrix product rearranges the weights at every call.
//! The layers here keep their weights packed in the order in which the kernels read them, add
//! bias, residual and activation while a sum is still in registers, and use every core. On other
//! devices the same layers call candle's operations ([`portable`]), so that a network is written
//! once.
//!
//! [`microkernel`] is the kernel under [`Conv2dFused`], [`Linear`] and [`attention()`]; [`gemm`]
//! drives it over a whole matrix. Images lie channels last in memory ([`layout`]).

mod activation;
mod attention;
mod conv_shape;
mod convolution;
mod depthwise;
mod gemm;
mod geometry;
mod indirect_convolution;
mod layer_norm;
mod layout;
mod linear;
mod max_pool;
mod microkernel;
mod output_ptr;
mod panels;
mod portable;
mod quantized;
mod simd;
mod tensor_data;
mod thread_pool;
mod winograd;

#[cfg(test)]
mod tests;

pub use activation::Activation;
pub use attention::attention;
pub use conv_shape::{ConvShape, Padding};
pub use convolution::Conv2dFused;
pub use layer_norm::LayerNorm;
pub use layout::channels_first;
pub use linear::Linear;
pub use max_pool::max_pool_3x3;
pub use quantized::QuantizedLinear;
pub use thread_pool::in_thread_pool;
