use candle_core::{Result, bail};

use crate::conv_shape::ConvShape;

/// Sizes of a convolution applied to an input of a given size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConvGeometry {
    pub(crate) batch: usize,
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) out_channels: usize,
    pub(crate) out_height: usize,
    pub(crate) out_width: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    /// Zeros above and below the image.
    pub(crate) pad_rows: (usize, usize),
    /// Zeros left and right of the image.
    pub(crate) pad_columns: (usize, usize),
}

impl ConvGeometry {
    /// Sizes for an input (batch, channels, height, width).
    ///
    /// # Errors
    /// Another number of channels than the layer's, or an image smaller than the kernel.
    pub(crate) fn new(
        shape: &ConvShape,
        (batch, channels, height, width): (usize, usize, usize, usize),
    ) -> Result<Self> {
        let ConvShape { in_channels, out_channels, kernel, stride, padding, .. } = *shape;
        if channels != in_channels {
            bail!("an image of {channels} channels for a convolution of {in_channels}");
        }
        let pad_rows = padding.amounts(height, kernel, stride);
        let pad_columns = padding.amounts(width, kernel, stride);
        let out_length = |length: usize, (before, after): (usize, usize)| {
            let room = (length + before + after).checked_sub(kernel).filter(|_| length > 0);
            room.map(|room| room / stride + 1)
        };
        let (Some(out_height), Some(out_width)) =
            (out_length(height, pad_rows), out_length(width, pad_columns))
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
            pad_rows,
            pad_columns,
        })
    }

    /// Shape of the output: (batch, out channels, out height, out width).
    pub(crate) fn out_dims(&self) -> [usize; 4] {
        [self.batch, self.out_channels, self.out_height, self.out_width]
    }

    /// Pixels of one input image.
    pub(crate) fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Pixels of one output image.
    pub(crate) fn out_pixels(&self) -> usize {
        self.out_height * self.out_width
    }

    /// Image, row and column of output pixel `n`, counted through the batch.
    pub(crate) fn out_pixel(&self, n: usize) -> (usize, usize, usize) {
        let (image, pixel) = (n / self.out_pixels(), n % self.out_pixels());
        (image, pixel / self.out_width, pixel % self.out_width)
    }

    /// Whether the kernel ever reaches beyond the image.
    pub(crate) fn is_padded(&self) -> bool {
        self.pad_rows != (0, 0) || self.pad_columns != (0, 0)
    }

    /// Geometry of the same convolution on an image whose padding has been written out as zeros.
    pub(crate) fn with_explicit_padding(&self) -> Self {
        Self {
            height: self.height + self.pad_rows.0 + self.pad_rows.1,
            width: self.width + self.pad_columns.0 + self.pad_columns.1,
            pad_rows: (0, 0),
            pad_columns: (0, 0),
            ..*self
        }
    }
}
