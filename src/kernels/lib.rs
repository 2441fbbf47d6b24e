//! Layers fast enough for a factory floor.
//!
//! candle's own convolution spends most of a network's time in a scalar im2col on the
//! CPU, runs a depthwise convolution group by group, and multiplies matrices that it has
//! to rearrange first, every time. The layers here keep their weights in the order of their
//! kernels, add the bias, the residual and the activation while a sum is in registers, and
//! use every core. On every other device they are candle's operations ([`portable`]), so
//! that a network is written once.
//!
//! [`tile`] is the one kernel under [`Conv2dFused`], [`Linear`] and [`attention()`];
//! [`product`] drives it. Pictures lie channels last in memory ([`layout`]).

mod attention;
mod convolution;
mod dense;
mod depthwise;
mod geometry;
mod layer_norm;
mod layout;
mod linear;
mod panels;
mod pool;
mod portable;
mod product;
pub mod quantized;
mod simd;
mod tile;
mod winograd;

use candle_core::{Device, Result, Storage, Tensor, bail};

pub use attention::attention;
pub use convolution::{Conv2dFused, ConvShape};
pub use geometry::Padding;
pub use layer_norm::LayerNorm;
pub use layout::channels_first;
pub use linear::Linear;
pub use pool::max_pool_3x3;

/// What follows a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Identity,
    /// `max(0, x)`.
    Relu,
    /// `min(6, max(0, x))`.
    Relu6,
    /// `x · sigmoid(1.702 x)`, as CLIP was trained.
    QuickGelu,
    /// `x · Φ(x)` (Hendrycks & Gimpel, arXiv 1606.08415), not its tanh approximation.
    Gelu,
}

/// Runs a network on `device`; on the CPU so that its layers share the cores without each
/// of them calling the threads together anew.
pub fn on_all_cores<T: Send>(device: &Device, network: impl FnOnce() -> T + Send) -> T {
    if device.is_cpu() { rayon::scope(|_| network()) } else { network() }
}

/// Calls `work` with the numbers of a CPU tensor, last dimension fastest.
fn with_slice<T>(tensor: &Tensor, work: impl FnOnce(&[f32]) -> Result<T>) -> Result<T> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    let Storage::Cpu(storage) = &*storage else {
        bail!("a CPU kernel was given a tensor of another device");
    };
    let numbers = storage.as_slice::<f32>()?;
    let slice = layout.contiguous_offsets().and_then(|(from, to)| numbers.get(from..to));
    match slice {
        Some(slice) => work(slice),
        None => bail!("a contiguous tensor whose layout is not"),
    }
}

/// A copy of a tensor's numbers, last dimension fastest.
fn numbers(tensor: &Tensor) -> Result<Vec<f32>> {
    with_slice(tensor, |numbers| Ok(numbers.to_vec()))
}

#[cfg(test)]
mod tests;
