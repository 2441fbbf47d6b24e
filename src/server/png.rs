//! Pictures as PNG.

use std::io::Cursor;

use image::{DynamicImage, ImageBuffer, ImageFormat, Luma};

use super::failure::Failure;
use fettle_domain::AnomalyMap;
use fettle_engine::EngineError;

/// `picture` as PNG, encoded on a thread that may compute.
pub(crate) async fn png(
    picture: impl Into<DynamicImage> + Send + 'static,
) -> Result<Vec<u8>, Failure> {
    png_of(move || picture.into()).await
}

/// The picture that `make` makes, as PNG, both on a thread that may compute.
pub(crate) async fn png_of(
    make: impl FnOnce() -> DynamicImage + Send + 'static,
) -> Result<Vec<u8>, Failure> {
    let encoded = tokio::task::spawn_blocking(move || {
        let mut bytes = Cursor::new(Vec::new());
        make().write_to(&mut bytes, ImageFormat::Png).map(|()| bytes.into_inner())
    });
    match encoded.await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(Failure::Storage(std::io::Error::other(error))),
        Err(_ended) => Err(Failure::Engine(EngineError::Ended)),
    }
}

/// The scores of `map` as 16-bit samples, 0 for `low` and 65535 for `high`.
pub(crate) fn gray16(map: &AnomalyMap, low: f32, high: f32) -> Option<DynamicImage> {
    let range = f64::from(high - low).max(f64::MIN_POSITIVE);
    let samples = map.scores.iter().map(|score| {
        let share = (f64::from(score - low) / range).clamp(0.0, 1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 65535")]
        let sample = (share * f64::from(u16::MAX)).round() as u16;
        sample
    });
    ImageBuffer::<Luma<u16>, _>::from_raw(map.width, map.height, samples.collect())
        .map(DynamicImage::ImageLuma16)
}

/// The scores of `map` as a `NumPy` array of 32-bit floats, rows × columns (`.npy`, version 1.0).
pub(crate) fn npy(map: &AnomalyMap) -> Vec<u8> {
    let shape = format!("({}, {})", map.height, map.width);
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    // The header ends with a line feed, and the data begin at a multiple of 64 bytes.
    let fixed = 10;
    let padding = 63 - (fixed + header.len()) % 64;
    header.extend(std::iter::repeat_n(' ', padding));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let length = u16::try_from(header.len()).unwrap_or(u16::MAX);
    bytes.extend(length.to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(map.scores.iter().flat_map(|score| score.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_samples_on_the_scale() {
        let map = AnomalyMap { width: 2, height: 2, scores: vec![-1.0, 0.0, 5.0, 20.0] };
        let picture = gray16(&map, 0.0, 10.0).unwrap().into_luma16();
        assert_eq!(picture.into_raw(), [0, 0, 32768, 65535]);
    }

    #[test]
    fn an_array_begins_at_a_multiple_of_64_bytes() {
        for width in [1, 3, 10, 100, 4096] {
            let map = AnomalyMap { width, height: 1, scores: vec![1.5; width as usize] };
            let bytes = npy(&map);
            let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
            assert_eq!((10 + header) % 64, 0);
            assert_eq!(bytes[10 + header - 1], b'\n');
            assert_eq!(bytes.len(), 10 + header + 4 * width as usize);
            let text = std::str::from_utf8(&bytes[10..10 + header]).unwrap();
            assert!(text.contains(&format!("(1, {width})")), "{text}");
        }
    }
}
