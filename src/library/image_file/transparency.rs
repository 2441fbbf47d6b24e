//! Transparent pixels: what lies below them is nobody's to see, so it must not reach a score.
//!
//! A picture is laid over black. It has to be one colour for all files, since a bank compares a part
//! with others; black is what most programs leave below full transparency, so that banks fitted
//! before keep their meaning, and a mask drawn on nothing marks what was drawn and nothing else.

use fettle_domain::ImageNotice;

/// Whether colours were multiplied by their opacity when they were stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// The colours are multiplied already: laid over black they stay.
    Multiplied,
    /// The colours are as they would be seen alone.
    Plain,
}

/// Lays pixels over black; `opacity` gives that of each pixel, 0 to 255. A picture without a single
/// visible pixel is one whose opacity was never set: it stays as it is.
pub(super) fn lay_over_black(
    pixels: &mut [[u8; 3]],
    opacity: &[u8],
    stored: Stored,
) -> Option<ImageNotice> {
    let (mut hidden, mut transparent) = (0usize, 0usize);
    for opacity in opacity {
        match opacity {
            255 => {}
            0 => (hidden, transparent) = (hidden + 1, transparent + 1),
            _ => transparent += 1,
        }
    }
    if transparent == 0 {
        return None;
    }
    if hidden == pixels.len() {
        return Some(ImageNotice::TransparencyIgnored);
    }
    if stored == Stored::Plain {
        for (pixel, opacity) in pixels.iter_mut().zip(opacity) {
            let opacity = u16::from(*opacity);
            *pixel = pixel.map(|value| ((u16::from(value) * opacity + 127) / 255) as u8);
        }
    }
    let share = transparent as f32 / pixels.len() as f32;
    Some(ImageNotice::Transparent { share })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_colours_are_black_and_half_hidden_ones_darker() {
        // Opacity of both pixels of colour 200, expected colours and notice.
        let share = |share| Some(ImageNotice::Transparent { share });
        let cases = [
            ([255, 255], [200, 200], None),
            ([0, 255], [0, 200], share(0.5)),
            ([128, 0], [100, 0], share(1.0)),
            ([254, 255], [199, 200], share(0.5)),
            ([0, 0], [200, 200], Some(ImageNotice::TransparencyIgnored)),
        ];
        for (opacity, expect, notice) in cases {
            let mut pixels = [[200; 3]; 2];
            let said = lay_over_black(&mut pixels, &opacity, Stored::Plain);
            assert_eq!((pixels.map(|pixel| pixel[0]), said), (expect, notice), "{opacity:?}");
        }
        let mut pixels = [[100; 3], [0; 3]];
        let said = lay_over_black(&mut pixels, &[128, 0], Stored::Multiplied);
        assert_eq!((pixels, said), ([[100; 3], [0; 3]], share(1.0)));
    }
}
