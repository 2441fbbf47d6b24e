//! The part of a picture that was looked at: what the recipe did not crop, within the product's
//! inspection area.

use fettle_domain::{Language, Mask, RectPx, percent};
use fettle_vision::inspection_area::InspectionArea;

/// The part of a picture that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InspectedPart {
    /// The pixels that were looked at; `None`: all of them.
    pub(super) mask: Option<Mask>,
    /// Share of the pixels that the recipe crops, 0 to 1.
    cropped: f32,
    /// Share of the pixels that the recipe shows and the area leaves out, 0 to 1.
    left_out: f32,
}

impl InspectedPart {
    /// The part of a picture of this size of which the input showed `shown`.
    pub(super) fn new(
        (width, height): (u32, u32),
        shown: RectPx,
        area: Option<&InspectionArea>,
    ) -> Self {
        let is_cropped = (shown.width, shown.height) != (width, height);
        let mut mask = match area {
            Some(area) => area.inspected(width, height),
            None if !is_cropped => return Self { mask: None, cropped: 0.0, left_out: 0.0 },
            None => Mask { width, height, set: vec![true; width as usize * height as usize] },
        };
        let pixels = u64::from(width) * u64::from(height);
        let shown_pixels = u64::from(shown.width) * u64::from(shown.height);
        let rows = mask.set.chunks_exact_mut(width.max(1) as usize);
        for (y, row) in (0u32..).zip(rows) {
            let in_row = y.checked_sub(shown.y).is_some_and(|y| y < shown.height);
            for (x, set) in (0u32..).zip(row) {
                *set &= in_row && x.checked_sub(shown.x).is_some_and(|x| x < shown.width);
            }
        }
        let share = |part: u64| part as f32 / pixels.max(1) as f32;
        let inspected = mask.set.iter().filter(|set| **set).count() as u64;
        Self {
            mask: Some(mask),
            cropped: share(pixels.saturating_sub(shown_pixels)),
            left_out: share(shown_pixels.saturating_sub(inspected)),
        }
    }

    /// What a person should know about what was not looked at.
    pub(super) fn notices(&self, language: Language) -> Vec<String> {
        [(self.cropped, "notice-cropped"), (self.left_out, "notice-area-left-out")]
            .into_iter()
            .filter(|(share, _)| *share > 0.0)
            .map(|(share, id)| {
                fettle_i18n::text_with(language, id, &[("percent", percent(share).into())])
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{AreaEffect, RelativePoint};
    use fettle_vision::inspection_area::Outline;

    /// The left half.
    fn left() -> InspectionArea {
        let corners = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)];
        let points = corners.map(|(x, y)| RelativePoint { x, y }).to_vec();
        InspectionArea::new(vec![(AreaEffect::Inspect, Outline::Polygon(points))])
    }

    #[test]
    fn what_is_cropped_and_what_the_area_leaves_out_are_told_apart() {
        let rect = |x, width| RectPx { x, y: 0, width, height: 4 };
        // Shown of 8×4 pixels, area, a row of the mask, shares in percent.
        let cases = [
            (rect(0, 8), None, None, (0, 0)),
            (rect(2, 4), None, Some("..####.."), (50, 0)),
            (rect(0, 8), Some(left()), Some("####...."), (0, 50)),
            (rect(2, 4), Some(left()), Some("..##...."), (50, 25)),
        ];
        for (shown, area, row, (cropped, left_out)) in cases {
            let part = InspectedPart::new((8, 4), shown, area.as_ref());
            let drawn = part.mask.as_ref().map(|mask| {
                mask.set[..8].iter().map(|set| if *set { '#' } else { '.' }).collect::<String>()
            });
            assert_eq!(drawn.as_deref(), row, "{shown:?}");
            let shares = [part.cropped, part.left_out].map(|share| (share * 100.0) as i32);
            assert_eq!(shares, [cropped, left_out], "{shown:?}");
            let said = part.notices(Language::En);
            assert_eq!(said.len(), shares.iter().filter(|share| **share > 0).count(), "{said:?}");
        }
    }
}
