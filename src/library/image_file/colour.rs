//! Meanings of samples: bytes of a colour space to RGB.

/// What the samples of a pixel mean. Samples are bytes of the range of the picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Colour {
    /// One channel of lightness.
    Grey {
        /// Whether 0 is white.
        inverted: bool,
    },
    /// Red, green, blue.
    Rgb,
    /// One channel of places in a table of colours.
    Palette(Vec<[u8; 3]>),
    /// Cyan, magenta, yellow, black, of which 0 is none.
    Cmyk,
    /// Lightness and two differences of colour.
    YCbCr(YCbCr),
    /// CIE 1976 L*a*b* under D50: L* from 0 to 100 over the range, a* and b* in 8 bits.
    Lab {
        /// Whether a* and b* are signed, or 128 too large.
        signed: bool,
    },
}

/// Coefficients of `YCbCr` (TIFF 6.0, section 21).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct YCbCr {
    /// Shares of red, green and blue in lightness.
    pub(super) luma: [f32; 3],
    /// Samples of black and white of lightness, then of none and full of each difference.
    pub(super) reference: [f32; 6],
}

impl Default for YCbCr {
    fn default() -> Self {
        Self { luma: [0.299, 0.587, 0.114], reference: [0.0, 255.0, 128.0, 255.0, 128.0, 255.0] }
    }
}

impl Colour {
    /// Channels of a pixel.
    pub(super) fn channels(&self) -> usize {
        match self {
            Self::Grey { .. } | Self::Palette(_) => 1,
            Self::Rgb | Self::YCbCr(_) | Self::Lab { .. } => 3,
            Self::Cmyk => 4,
        }
    }

    /// Whether no red, green and blue give these samples, so that they are not what they are said to
    /// be: some programs write RGB and call it `YCbCr`.
    pub(super) fn is_impossible(&self, sample: [u8; 4]) -> bool {
        let Self::YCbCr(space) = self else { return false };
        let [y, cb, cr, _] = sample;
        let possible = -BEYOND..=255.0 + BEYOND;
        space.unlimited([y, cb, cr]).iter().any(|value| !possible.contains(value))
    }

    /// The colour of a pixel; samples beyond its channels are ignored.
    pub(super) fn rgb(&self, sample: [u8; 4]) -> [u8; 3] {
        let [first, second, third, fourth] = sample;
        match self {
            Self::Grey { inverted: false } => [first; 3],
            Self::Grey { inverted: true } => [255 - first; 3],
            Self::Rgb => [first, second, third],
            Self::Palette(colours) => colours.get(usize::from(first)).copied().unwrap_or_default(),
            Self::Cmyk => [first, second, third].map(|ink| {
                let (ink, black) = (255 - u16::from(ink), 255 - u16::from(fourth));
                ((ink * black + 127) / 255) as u8
            }),
            Self::YCbCr(space) => space.rgb([first, second, third]),
            Self::Lab { signed } => {
                let axis = |byte: u8| match signed {
                    true => f32::from(byte as i8),
                    false => f32::from(byte) - 128.0,
                };
                lab_to_rgb(f32::from(first) / 2.55, axis(second), axis(third))
            }
        }
    }
}

/// How far beyond 0 and 255 a colour may lie that was made of red, green and blue once: by what
/// rounding and compression do to it.
const BEYOND: f32 = 48.0;

impl YCbCr {
    fn rgb(self, sample: [u8; 3]) -> [u8; 3] {
        // The conversion keeps within 0 and 255; of not a number it makes 0.
        self.unlimited(sample).map(|value| value.round() as u8)
    }

    fn unlimited(self, sample: [u8; 3]) -> [f32; 3] {
        let [red, green, blue] = self.luma;
        let [black, white, none_b, full_b, none_r, full_r] = self.reference;
        let [y, cb, cr] = sample.map(f32::from);
        let over =
            |value: f32, none: f32, full: f32, range: f32| (value - none) * range / (full - none);
        let y = over(y, black, white, 255.0);
        let cb = over(cb, none_b, full_b, 127.0);
        let cr = over(cr, none_r, full_r, 127.0);
        let r = y + cr * (2.0 - 2.0 * red);
        let b = y + cb * (2.0 - 2.0 * blue);
        let g = (y - blue * b - red * r) / green;
        [r, g, b]
    }
}

/// CIE L*a*b* under D50 to sRGB, by way of XYZ.
fn lab_to_rgb(l: f32, a: f32, b: f32) -> [u8; 3] {
    // Cube root's inverse with its straight part near 0 (CIE 15).
    let back = |t: f32| if t > 6.0 / 29.0 { t * t * t } else { (t - 4.0 / 29.0) * 108.0 / 841.0 };
    let fy = (l + 16.0) / 116.0;
    let (x, y, z) = (0.9642 * back(fy + a / 500.0), back(fy), 0.8249 * back(fy - b / 200.0));
    // XYZ under D50 to linear sRGB, adapted to D65 (Bradford).
    let linear = [
        3.133_856 * x - 1.616_867 * y - 0.490_615 * z,
        -0.978_768 * x + 1.916_142 * y + 0.033_454 * z,
        0.071_945 * x - 0.228_991 * y + 1.405_243 * z,
    ];
    linear.map(|value| {
        let value = value.clamp(0.0, 1.0);
        let curved = match value <= 0.003_130_8 {
            true => value * 12.92,
            false => 1.055 * value.powf(1.0 / 2.4) - 0.055,
        };
        (curved * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_that_no_rgb_gives_are_noticed() {
        let ycbcr = Colour::YCbCr(YCbCr::default());
        for (sample, expect) in [
            ([47, 128, 128], false),
            ([76, 85, 255], false),
            ([29, 255, 107], false),
            ([255, 128, 128], false),
            // Greys and a blue, written as red, green and blue.
            ([47, 47, 47], true),
            ([200, 200, 200], true),
            ([0, 0, 255], true),
        ] {
            let [y, cb, cr] = sample;
            assert_eq!(ycbcr.is_impossible([y, cb, cr, 0]), expect, "{sample:?}");
            assert!(!Colour::Rgb.is_impossible([y, cb, cr, 0]));
        }
    }

    #[test]
    fn known_colours_of_each_space() {
        let palette = Colour::Palette(vec![[1, 2, 3], [250, 0, 9]]);
        let (lab, icc) = (Colour::Lab { signed: true }, Colour::Lab { signed: false });
        let ycbcr = Colour::YCbCr(YCbCr::default());
        let cases: [(&Colour, [u8; 4], [u8; 3]); 16] = [
            (&Colour::Grey { inverted: false }, [7, 0, 0, 0], [7; 3]),
            (&Colour::Grey { inverted: true }, [7, 0, 0, 0], [248; 3]),
            (&palette, [1, 0, 0, 0], [250, 0, 9]),
            // Beyond the table.
            (&palette, [9, 0, 0, 0], [0; 3]),
            (&Colour::Cmyk, [0, 0, 0, 0], [255; 3]),
            (&Colour::Cmyk, [0, 0, 0, 255], [0; 3]),
            (&Colour::Cmyk, [255, 0, 0, 0], [0, 255, 255]),
            (&ycbcr, [128, 128, 128, 0], [128; 3]),
            (&ycbcr, [76, 85, 255, 0], [254, 0, 0]),
            (&ycbcr, [29, 255, 107, 0], [0, 0, 254]),
            (&lab, [0, 0, 0, 0], [0; 3]),
            (&lab, [255, 0, 0, 0], [255; 3]),
            // L* 50: sRGB 119.
            (&lab, [128, 0, 0, 0], [119; 3]),
            (&icc, [128, 128, 128, 0], [119; 3]),
            // Pure red under D50: L* 54.29, a* 80.8, b* 69.9.
            (&lab, [138, 81, 70, 0], [255, 0, 0]),
            (&icc, [138, 209, 198, 0], [255, 0, 0]),
        ];
        for (colour, sample, expect) in cases {
            let found = colour.rgb(sample);
            let near = found.iter().zip(&expect).all(|(a, b)| a.abs_diff(*b) <= 3);
            assert!(near, "{colour:?} {sample:?}: {found:?}, not {expect:?}");
        }
    }
}
