//! `fettle product scale`.

use crate::args;
use crate::terminal::Terminal;
use fettle_domain::{PixelScale, ScaleSource, significant};
use fettle_engine::{Engine, FindCheckerboard, GetScale, NewScale, PictureFile, SetScale};
use fettle_i18n::Value;

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Scale) -> anyhow::Result<()> {
    let product = args.product.clone();
    let known = args.length_mm.zip(args.px).map(|(length_mm, length_px)| NewScale::KnownLength {
        length_mm,
        length_px,
        picture_px: None,
    });
    let scale = if let Some((picture, square_mm)) = args.checker.clone().zip(args.square_mm) {
        let picture = PictureFile::Given(picture);
        let found = terminal.run(engine, FindCheckerboard { product, picture, square_mm })?;
        Some(found.scale)
    } else if let Some(new) = args.mm_per_px.map(NewScale::MmPerPx).or(known) {
        terminal.run(engine, SetScale { product, scale: Some(new) })?
    } else if args.clear {
        terminal.run(engine, SetScale { product, scale: None })?
    } else {
        terminal.run(engine, GetScale(product))?
    };
    if args.json {
        return terminal.print_json(&scale);
    }
    let product = ("product", Value::from(args.product.to_string()));
    let Some(scale) = scale else {
        terminal.print_message("scale-none", &[product]);
        return Ok(());
    };
    terminal.print_message("scale-of", &[product, ("scale", scale_text(terminal, &scale).into())]);
    if let Some((width, height)) = scale.picture_px {
        let size = [("width", Value::from(width)), ("height", height.into())];
        terminal.print_line(&format!("  {}", terminal.text("scale-picture", &size)));
    }
    Ok(())
}

/// The scale, and how it was found.
fn scale_text(terminal: &Terminal, scale: &PixelScale) -> String {
    let mut how = terminal.text(scale.found.message_id(), &[]);
    if let ScaleSource::Checkerboard { corners, residual_px, tilt_deg, .. } = scale.found {
        let values = [
            ("corners", Value::from(corners)),
            ("residual", Value::Number { value: residual_px, digits: 2 }),
            ("tilt", Value::Number { value: tilt_deg, digits: 0 }),
        ];
        how = format!("{how}: {}", terminal.text("scale-board", &values));
    }
    let values = [("mm", significant(scale.mm_per_px).into()), ("how", how.into())];
    terminal.text("scale-text", &values)
}
