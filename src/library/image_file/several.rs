//! Files of several pictures, of which the decoder gives the first: animations.

use image::ImageFormat;

use fettle_domain::ImageNotice;

/// Says that there is more than one picture.
pub(super) fn several_pictures(bytes: &[u8], format: ImageFormat) -> Option<ImageNotice> {
    let pictures = match format {
        ImageFormat::Png => png_frames(bytes)?,
        ImageFormat::WebP => webp_frames(bytes),
        _ => return None,
    };
    (pictures > 1).then_some(ImageNotice::SeveralPictures { pictures })
}

/// The chunks of a PNG before its pixels: their names and contents.
pub(super) fn png_chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (name, after) = after.split_first_chunk::<4>()?;
        let content = after.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        // The checksum.
        rest = after.get(content.len().checked_add(4)?..).unwrap_or_default();
        (name != b"IDAT").then_some((name, content))
    })
}

/// Frames that an animated PNG declares.
fn png_frames(bytes: &[u8]) -> Option<u32> {
    let (_, content) = png_chunks(bytes).find(|(name, _)| *name == b"acTL")?;
    content.first_chunk().map(|four| u32::from_be_bytes(*four))
}

/// Frames of an animated WebP.
fn webp_frames(bytes: &[u8]) -> u32 {
    let mut rest = bytes.get(12..).unwrap_or_default();
    let mut frames = 0;
    while let Some((name, after)) = rest.split_first_chunk::<4>()
        && let Some((length, content)) = after.split_first_chunk::<4>()
    {
        frames += u32::from(name == b"ANMF");
        let length = u32::from_le_bytes(*length) as usize;
        rest = content.get(length.saturating_add(length & 1)..).unwrap_or_default();
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_counted_and_a_single_picture_says_nothing() {
        let chunk = |name: &[u8; 4], content: &[u8]| {
            [&(content.len() as u32).to_be_bytes()[..], name, content, &[0; 4]].concat()
        };
        let png = |control: &[u8]| {
            [b"\x89PNG\r\n\x1a\n", &chunk(b"IHDR", &[0; 13])[..], control].concat()
        };
        let webp = |count: usize| {
            let frame = b"ANMF\x03\0\0\0abc\0";
            [&b"RIFF\0\0\0\0WEBPVP8X\x02\0\0\0ab"[..], &frame.repeat(count)].concat()
        };
        let said = |pictures| Some(ImageNotice::SeveralPictures { pictures });
        let cases = [
            (png(&chunk(b"acTL", &[0, 0, 0, 7, 0, 0, 0, 0])), ImageFormat::Png, said(7)),
            (png(&chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0])), ImageFormat::Png, None),
            (png(b""), ImageFormat::Png, None),
            // Behind the pixels it counts no more.
            (
                png(&[chunk(b"IDAT", b""), chunk(b"acTL", &[0, 0, 0, 7])].concat()),
                ImageFormat::Png,
                None,
            ),
            (webp(3), ImageFormat::WebP, said(3)),
            (webp(1), ImageFormat::WebP, None),
            (webp(0), ImageFormat::WebP, None),
            (vec![0; 3], ImageFormat::WebP, None),
            (vec![0; 3], ImageFormat::Bmp, None),
        ];
        for (number, (bytes, format, expect)) in cases.into_iter().enumerate() {
            assert_eq!(several_pictures(&bytes, format), expect, "case {number}");
        }
    }
}
