use std::f64::consts::FRAC_PI_2;

use image::{Rgb, RgbImage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// How a board is drawn.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    size: (u32, u32),
    /// Columns and rows of squares.
    squares: (i32, i32),
    side_px: f64,
    rotation_deg: f64,
    /// Angle to the image plane, by which one axis of the picture is shortened.
    tilt_deg: f64,
    /// Direction in the picture that the tilt shortens.
    tilt_towards_deg: f64,
    /// Standard deviation of the noise, of 255.
    noise: f64,
    /// Standard deviation of the blur in pixels.
    blur: f64,
    /// How dark the picture becomes towards its right side: 0 to 1.
    shade: f64,
}

const PLAIN: Drawn = Drawn {
    size: (640, 480),
    squares: (8, 6),
    side_px: 40.0,
    rotation_deg: 0.0,
    tilt_deg: 0.0,
    tilt_towards_deg: 0.0,
    noise: 0.0,
    blur: 0.7,
    shade: 0.0,
};

/// Draws a board on grey, with four by four samples a pixel.
fn draw(board: &Drawn) -> RgbImage {
    let (width, height) = board.size;
    let turn = |(x, y): (f64, f64), degrees: f64| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        (cos * x + sin * y, cos * y - sin * x)
    };
    let lightness = |x: f64, y: f64| {
        let at = (x - f64::from(width) / 2.0, y - f64::from(height) / 2.0);
        let (along, beside) = turn(at, board.tilt_towards_deg);
        let flat = (along / board.tilt_deg.to_radians().cos(), beside);
        let (x, y) = turn(turn(flat, -board.tilt_towards_deg), board.rotation_deg);
        let (columns, rows) = (f64::from(board.squares.0), f64::from(board.squares.1));
        let (column, row) = (x / board.side_px + columns / 2.0, y / board.side_px + rows / 2.0);
        let inside = (0.0..columns).contains(&column) && (0.0..rows).contains(&row);
        match (inside, (column.floor() + row.floor()) as i64 % 2 == 0) {
            (false, _) => 0.6,
            (true, true) => 0.1,
            (true, false) => 0.9,
        }
    };
    const SAMPLES: u32 = 4;
    let place =
        |pixel: u32, sample: u32| f64::from(pixel) + (f64::from(sample) + 0.5) / f64::from(SAMPLES);
    let mut values = vec![0.0; (width * height) as usize];
    for (index, value) in (0..).zip(values.iter_mut()) {
        let (x, y) = (index % width, index / width);
        let samples = (0..SAMPLES * SAMPLES)
            .map(|sample| lightness(place(x, sample % SAMPLES), place(y, sample / SAMPLES)));
        let mean = samples.sum::<f64>() / f64::from(SAMPLES * SAMPLES);
        *value = mean * (1.0 - board.shade * f64::from(x) / f64::from(width));
    }
    let size = (width as usize, height as usize);
    let values = blurred(&blurred(&values, size, board.blur, true), size, board.blur, false);
    let mut random = ChaCha8Rng::seed_from_u64(7);
    RgbImage::from_fn(width, height, |x, y| {
        // Two uniform numbers as one that is normally distributed (Box and Muller).
        let (one, other): (f64, f64) = (random.random_range(1e-9..1.0), random.random());
        let normal = (-2.0 * one.ln()).sqrt() * (4.0 * FRAC_PI_2 * other).cos();
        let value = values[(y * width + x) as usize] * 255.0 + normal * board.noise;
        Rgb([value.round().clamp(0.0, 255.0) as u8; 3])
    })
}

/// A Gaussian along rows or columns.
fn blurred(
    values: &[f64],
    (width, height): (usize, usize),
    sigma: f64,
    is_across: bool,
) -> Vec<f64> {
    let radius = (3.0 * sigma).ceil() as isize;
    let weights: Vec<f64> =
        (-radius..=radius).map(|at| (-((at * at) as f64) / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f64 = weights.iter().sum();
    (0..values.len())
        .map(|index| {
            let (x, y) = ((index % width) as isize, (index / width) as isize);
            let of = weights.iter().zip(-radius..=radius).map(|(weight, at)| {
                let (x, y) = if is_across { (x + at, y) } else { (x, y + at) };
                let x = x.clamp(0, width as isize - 1) as usize;
                let y = y.clamp(0, height as isize - 1) as usize;
                weight * values[y * width + x]
            });
            of.sum::<f64>() / sum
        })
        .collect()
}

#[test]
fn drawn_boards_give_their_scale() {
    // What is drawn, the greatest error of the side in percent.
    let mut cases = vec![
        ("plain", PLAIN, 0.05),
        ("the least board", Drawn { squares: (4, 4), side_px: 60.0, ..PLAIN }, 0.1),
        ("small squares", Drawn { squares: (24, 18), side_px: 14.0, ..PLAIN }, 0.1),
        ("large squares", Drawn { squares: (4, 4), side_px: 110.0, ..PLAIN }, 0.1),
        ("a large picture", Drawn { size: (2400, 1800), side_px: 170.3, ..PLAIN }, 0.05),
        ("noise of 10", Drawn { noise: 10.0, ..PLAIN }, 0.1),
        ("noise of 25", Drawn { noise: 25.0, ..PLAIN }, 0.2),
        ("blur of 3", Drawn { blur: 3.0, ..PLAIN }, 0.2),
        ("shade", Drawn { shade: 0.7, ..PLAIN }, 0.1),
        (
            "all at once",
            Drawn {
                rotation_deg: 33.0,
                tilt_deg: 8.0,
                tilt_towards_deg: 70.0,
                noise: 12.0,
                blur: 2.0,
                shade: 0.4,
                ..PLAIN
            },
            0.3,
        ),
    ];
    for rotation_deg in [1.0, 7.0, 15.0, 30.0, 45.0, 60.0, 89.0, -20.0] {
        cases.push(("rotation", Drawn { rotation_deg, ..PLAIN }, 0.05));
    }
    for tilt_deg in [2.0, 5.0, 10.0] {
        for tilt_towards_deg in [0.0, 45.0, 90.0, 120.0] {
            let turned = Drawn { rotation_deg: 12.0, tilt_deg, tilt_towards_deg, ..PLAIN };
            cases.push(("tilt", turned, 0.1));
        }
    }
    for (name, drawn, most) in cases {
        let found = find_checkerboard(&draw(&drawn));
        let found = found.unwrap_or_else(|error| panic!("{name}: {error}: {drawn:?}"));
        let error = 100.0 * (found.side_px / drawn.side_px - 1.0);
        println!(
            "{name:16} rotation {:5} tilt {:4} noise {:4} blur {:3}: {:+.3} %, residual {:.3} px, tilt {:.1}, {} corners",
            drawn.rotation_deg,
            drawn.tilt_deg,
            drawn.noise,
            drawn.blur,
            error,
            found.residual_px,
            found.tilt_deg,
            found.corners.len()
        );
        assert!(error.abs() <= most, "{name}: {error} % of {drawn:?}, {found:?}");
        let inner = ((drawn.squares.0 - 1) * (drawn.squares.1 - 1)) as usize;
        assert!(
            found.corners.len() * 10 >= inner * 9,
            "{name}: {} of {inner}",
            found.corners.len()
        );
        assert!(found.residual_px < 0.01 * drawn.side_px, "{name}: {}", found.residual_px);
        if drawn.tilt_deg >= 5.0 {
            assert!((found.tilt_deg - drawn.tilt_deg).abs() < 1.5, "{name}: {}", found.tilt_deg);
        }
    }
}

#[test]
fn boards_of_all_kinds_are_found_to_a_few_tenths_of_a_percent() {
    const BOARDS: usize = 60;
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut errors: Vec<f64> = (0..BOARDS)
        .map(|_| {
            let drawn = Drawn {
                size: (480, 360),
                squares: (random.random_range(4..9), random.random_range(4..8)),
                side_px: random.random_range(20.0..36.0),
                rotation_deg: random.random_range(-90.0..90.0),
                tilt_deg: random.random_range(0.0..10.0),
                tilt_towards_deg: random.random_range(0.0..180.0),
                noise: random.random_range(0.0..20.0),
                blur: random.random_range(0.5..2.5),
                shade: random.random_range(0.0..0.5),
            };
            let found = find_checkerboard(&draw(&drawn));
            let found = found.unwrap_or_else(|error| panic!("{error}: {drawn:?}"));
            100.0 * (found.side_px / drawn.side_px - 1.0).abs()
        })
        .collect();
    errors.sort_by(f64::total_cmp);
    let (median, ninth, most) = (errors[BOARDS / 2], errors[BOARDS * 9 / 10], errors[BOARDS - 1]);
    println!("{BOARDS} boards: median {median:.3} %, nine of ten {ninth:.3} %, most {most:.3} %");
    assert!(median < 0.1 && most < 0.5, "{errors:?}");
}

#[test]
fn corners_are_where_they_were_drawn() {
    let found = find_checkerboard(&draw(&PLAIN)).unwrap();
    for row in 1..6 {
        for column in 1..8 {
            let at = (320.0 + f64::from(column - 4) * 40.0, 240.0 + f64::from(row - 3) * 40.0);
            let near = found.corners.iter().map(|one| (one.0 - at.0).hypot(one.1 - at.1));
            let nearest = near.fold(f64::INFINITY, f64::min);
            assert!(nearest < 0.05, "{column}, {row}: {nearest}");
        }
    }
}

#[test]
fn a_picture_without_a_board_is_refused() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let noise = RgbImage::from_fn(300, 300, |_, _| Rgb([random.random(); 3]));
    let stripes =
        RgbImage::from_fn(300, 300, |x, _| Rgb([if x / 20 % 2 == 0 { 20 } else { 230 }; 3]));
    let dots = RgbImage::from_fn(300, 300, |x, y| {
        let from = |at: u32| f64::from(at % 40) - 20.0;
        Rgb([if from(x).hypot(from(y)) < 12.0 { 20 } else { 230 }; 3])
    });
    let bricks = RgbImage::from_fn(300, 300, |x, y| {
        let along = x + if y / 25 % 2 == 0 { 0 } else { 20 };
        Rgb([if y % 25 < 3 || along % 40 < 3 { 230 } else { 90 }; 3])
    });
    for (name, picture) in [
        ("grey", RgbImage::from_pixel(200, 200, Rgb([90; 3]))),
        ("one pixel", RgbImage::new(1, 1)),
        ("noise", noise),
        ("stripes", stripes),
        ("dots", dots),
        ("bricks", bricks),
        ("two squares", draw(&Drawn { squares: (2, 2), ..PLAIN })),
        ("three squares", draw(&Drawn { squares: (3, 3), ..PLAIN })),
        ("squares of 6 px", draw(&Drawn { side_px: 6.0, ..PLAIN })),
    ] {
        let found = find_checkerboard(&picture);
        assert!(matches!(found, Err(VisionError::NoCheckerboard)), "{name}: {found:?}");
    }
    let empty = find_checkerboard(&RgbImage::new(0, 5));
    assert!(matches!(empty, Err(VisionError::EmptyImage { .. })));
    let tilted = find_checkerboard(&draw(&Drawn { tilt_deg: 25.0, ..PLAIN }));
    assert!(matches!(tilted, Err(VisionError::TiltedCheckerboard { .. })), "{tilted:?}");
    // Seen from near by, the squares become smaller towards one side.
    let even = draw(&Drawn { side_px: 60.0, squares: (7, 6), ..PLAIN });
    let aslant = RgbImage::from_fn(640, 480, |x, y| {
        let shrinks = 1.0 + (f64::from(y) - 240.0) / 700.0;
        let at = |of: f64, middle: f64| ((of - middle) / shrinks + middle).round() as u32;
        let (x, y) = (at(f64::from(x), 320.0), at(f64::from(y), 240.0));
        even.get_pixel_checked(x, y).copied().unwrap_or(Rgb([153; 3]))
    });
    let aslant = find_checkerboard(&aslant);
    assert!(matches!(aslant, Err(VisionError::UnevenCheckerboard { .. })), "{aslant:?}");
}
