//! Rectangles and polygons of inspection areas: numbers with commas, in pixels or percent.

use std::str::FromStr;

use fettle_engine::AreaUnit;

/// A rectangle, written `x,y,width,height`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rectangle {
    /// Corners.
    pub(crate) corners: Vec<(f32, f32)>,
    /// Unit of the corners.
    pub(crate) unit: AreaUnit,
}

/// A polygon, written `x,y,x,y,x,y` with three or more corners.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Polygon {
    /// Corners.
    pub(crate) corners: Vec<(f32, f32)>,
    /// Unit of the corners.
    pub(crate) unit: AreaUnit,
}

/// Parses numbers with commas between, all with a percent sign or all without.
fn parse_numbers(text: &str) -> Result<(Vec<f32>, AreaUnit), String> {
    let words: Vec<&str> = text.split(',').map(str::trim).collect();
    let percent = words.iter().filter(|word| word.ends_with('%')).count();
    let unit = match percent {
        0 => AreaUnit::Pixels,
        all if all == words.len() => AreaUnit::Percent,
        _ => return Err("pixels and percent are mixed".to_owned()),
    };
    let number = |word: &str| {
        let parsed = word.trim_end_matches('%').trim().parse::<f32>();
        parsed.ok().filter(|value| value.is_finite()).ok_or(format!("'{word}' is no number"))
    };
    Ok((words.into_iter().map(number).collect::<Result<_, _>>()?, unit))
}

impl FromStr for Rectangle {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (numbers, unit) = parse_numbers(text)?;
        let [x, y, width, height] = numbers[..] else {
            return Err("four numbers are needed: x,y,width,height".to_owned());
        };
        if width <= 0.0 || height <= 0.0 {
            return Err("width and height must be above 0".to_owned());
        }
        let (right, bottom) = (x + width, y + height);
        Ok(Self { corners: vec![(x, y), (right, y), (right, bottom), (x, bottom)], unit })
    }
}

impl FromStr for Polygon {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (numbers, unit) = parse_numbers(text)?;
        if numbers.len() < 6 || !numbers.len().is_multiple_of(2) {
            return Err("three corners or more are needed: x,y,x,y,x,y".to_owned());
        }
        let corners = numbers.as_chunks::<2>().0.iter().map(|[x, y]| (*x, *y)).collect();
        Ok(Self { corners, unit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_are_read() {
        let square = [(1.0, 2.0), (4.0, 2.0), (4.0, 6.0), (1.0, 6.0)].to_vec();
        let cases = [
            ("1,2,3,4", Ok((square.clone(), AreaUnit::Pixels))),
            (" 1%, 2 %,3%,4% ", Ok((square, AreaUnit::Percent))),
            ("1,2,3", Err("four numbers")),
            ("1,2,3,4%", Err("mixed")),
            ("1,2,0,4", Err("above 0")),
            ("1,2,three,4", Err("'three' is no number")),
            ("1,2,NaN,4", Err("no number")),
            ("", Err("no number")),
        ];
        for (given, expected) in cases {
            match (given.parse::<Rectangle>(), expected) {
                (Ok(read), Ok(expected)) => assert_eq!((read.corners, read.unit), expected),
                (Err(why), Err(expected)) => assert!(why.contains(expected), "{given}: {why}"),
                (read, expected) => panic!("{given}: {read:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn polygons_are_read() {
        let read: Polygon = "0%,0%,100%,0%,50%,100%".parse().unwrap();
        assert_eq!(read.corners, [(0.0, 0.0), (100.0, 0.0), (50.0, 100.0)]);
        for wrong in ["1,2,3,4", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d,e,f"] {
            assert!(wrong.parse::<Polygon>().is_err(), "{wrong}");
        }
    }
}
