//! Regions of images: `X,Y,WIDTH,HEIGHT` in pixels.

use fettle_domain::RectPx;

/// Parses a region, e.g. `40,20,64,64`.
pub(super) fn region(text: &str) -> Result<RectPx, String> {
    let numbers: Result<Vec<u32>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    match numbers.as_deref() {
        Ok(&[x, y, width, height]) if width > 0 && height > 0 => Ok(RectPx { x, y, width, height }),
        _ => Err("four whole numbers are needed, the last two above 0: X,Y,WIDTH,HEIGHT".into()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_region_is_four_numbers() {
        let rect = |x, y, width, height| super::RectPx { x, y, width, height };
        assert_eq!(super::region("1,2,30,40"), Ok(rect(1, 2, 30, 40)));
        assert_eq!(super::region(" 0, 0, 1, 1 "), Ok(rect(0, 0, 1, 1)));
        for bad in
            ["", "1,2,3", "1,2,3,4,5", "1,2,0,4", "1,2,3,0", "-1,2,3,4", "a,b,c,d", "1.5,2,3,4"]
        {
            assert!(super::region(bad).is_err(), "{bad}");
        }
    }
}
