use candle_core::{Result, bail};

use super::ConvShape;

/// What a convolution assumes around the image: zeros, so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// The same number on every side.
    Each(usize),
    /// TensorFlow's `SAME`: as many as make the output `ceil(input / stride)` large; an
    /// odd one goes to the right and below.
    Same,
}

impl Padding {
    /// Zeros before and behind a row of `length`.
    pub(super) fn around(self, length: usize, kernel: usize, stride: usize) -> (usize, usize) {
        match self {
            Self::Each(zeros) => (zeros, zeros),
            Self::Same => {
                let steps = length.div_ceil(stride).saturating_sub(1);
                let zeros = (steps * stride + kernel).saturating_sub(length);
                (zeros / 2, zeros - zeros / 2)
            }
        }
    }
}

/// One convolution's sizes, worked out for one input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    pub(super) batch: usize,
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) out_channels: usize,
    pub(super) out_height: usize,
    pub(super) out_width: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    /// Zeros above and below.
    pub(super) rows: (usize, usize),
    /// Zeros left and right.
    pub(super) columns: (usize, usize),
}

impl Geometry {
    pub(super) fn of(
        shape: &ConvShape,
        (batch, channels, height, width): (usize, usize, usize, usize),
    ) -> Result<Self> {
        let ConvShape { in_channels, out_channels, kernel, stride, padding, .. } = *shape;
        if channels != in_channels {
            bail!("{channels} channels where {in_channels} belong");
        }
        let rows = padding.around(height, kernel, stride);
        let columns = padding.around(width, kernel, stride);
        let steps = |length: usize, (before, behind): (usize, usize)| {
            let room = (length + before + behind).checked_sub(kernel).filter(|_| length > 0);
            room.map(|room| room / stride + 1)
        };
        let (Some(out_height), Some(out_width)) = (steps(height, rows), steps(width, columns))
        else {
            bail!("an image of {width}×{height} is smaller than the kernel, {kernel}×{kernel}");
        };
        Ok(Self {
            batch,
            channels,
            height,
            width,
            out_channels,
            out_height,
            out_width,
            kernel,
            stride,
            rows,
            columns,
        })
    }

    pub(super) fn out_dims(&self) -> [usize; 4] {
        [self.batch, self.out_channels, self.out_height, self.out_width]
    }

    /// Pixels of one input channel.
    pub(super) fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Pixels of one output channel.
    pub(super) fn out_pixels(&self) -> usize {
        self.out_height * self.out_width
    }

    /// Image, row and column of an output pixel, counted through the batch.
    pub(super) fn out_pixel(&self, n: usize) -> (usize, usize, usize) {
        let (image, pixel) = (n / self.out_pixels(), n % self.out_pixels());
        (image, pixel / self.out_width, pixel % self.out_width)
    }

    /// Whether any place of the kernel is ever outside the image.
    pub(super) fn is_padded(&self) -> bool {
        self.rows != (0, 0) || self.columns != (0, 0)
    }

    /// The geometry of the same convolution of an image that has its zeros around it.
    pub(super) fn with_zeros_around(&self) -> Self {
        Self {
            height: self.height + self.rows.0 + self.rows.1,
            width: self.width + self.columns.0 + self.columns.1,
            rows: (0, 0),
            columns: (0, 0),
            ..*self
        }
    }
}
