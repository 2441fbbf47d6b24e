use crate::activation::Activation;

/// Shape of a convolution layer.
#[derive(Debug, Clone, Copy)]
pub struct ConvShape {
    /// Input channels.
    pub in_channels: usize,
    /// Output channels.
    pub out_channels: usize,
    /// Side of the square kernel, in pixels.
    pub kernel: usize,
    /// Stride, the same in both directions.
    pub stride: usize,
    /// Zeros around the image.
    pub padding: Padding,
    /// Number of groups: 1, or `in_channels` for a depthwise convolution.
    pub groups: usize,
    /// Activation after bias and residual.
    pub activation: Activation,
}

/// Zeros that a convolution assumes around the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// The same number of pixels on all four sides.
    Symmetric(usize),
    /// TensorFlow's `SAME`: as many as give an output of `ceil(input / stride)`; an odd pixel
    /// goes to the right and the bottom.
    Same,
}

impl Padding {
    /// Zeros before and after one dimension of `length` pixels.
    pub(crate) fn amounts(self, length: usize, kernel: usize, stride: usize) -> (usize, usize) {
        match self {
            Self::Symmetric(zeros) => (zeros, zeros),
            Self::Same => {
                let steps = length.div_ceil(stride).saturating_sub(1);
                let zeros = (steps * stride + kernel).saturating_sub(length);
                (zeros / 2, zeros - zeros / 2)
            }
        }
    }
}
