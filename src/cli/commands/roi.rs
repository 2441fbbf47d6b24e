//! `fettle product roi`.

use crate::args;
use crate::terminal::Terminal;
use fettle_domain::{AreaEffect, AreaShape};
use fettle_engine::{DrawArea, DrawnShape, Engine};
use fettle_i18n::Value;

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Roi) -> anyhow::Result<()> {
    let masks = args.mask.iter().map(|path| DrawnShape::Mask(path.clone()));
    let rects = args.rect.iter().map(|r| DrawnShape::Polygon(r.corners.clone(), r.unit));
    let polygons = args.polygon.iter().map(|p| DrawnShape::Polygon(p.corners.clone(), p.unit));
    let effect = if args.ignore { AreaEffect::Ignore } else { AreaEffect::Inspect };
    let request = DrawArea {
        product: args.product.clone(),
        clear: args.clear,
        shapes: masks.chain(rects).chain(polygons).map(|shape| (effect, shape)).collect(),
    };
    let state = terminal.run(engine, request)?;
    if args.json {
        return terminal.print_json(&state);
    }
    let product = ("product", Value::from(args.product.to_string()));
    if state.area.shapes.is_empty() {
        terminal.print_message("area-all", std::slice::from_ref(&product));
    } else {
        let percent = Value::Number { value: f64::from(state.inspected) * 100.0, digits: 1 };
        terminal.print_message("area-set", &[product.clone(), ("percent", percent)]);
    }
    for registered in &state.area.shapes {
        let effect = match registered.effect {
            AreaEffect::Inspect => "area-inspect",
            AreaEffect::Ignore => "area-ignore",
        };
        let effect = ("effect", Value::from(terminal.text(effect, &[])));
        let line = match &registered.shape {
            AreaShape::Mask { path, .. } => {
                terminal.text("area-mask", &[effect, ("path", path.clone().into())])
            }
            AreaShape::Polygon { points } => {
                let points: Vec<String> = points
                    .iter()
                    .map(|point| format!("({:.1}, {:.1})", point.x * 100.0, point.y * 100.0))
                    .collect();
                terminal.text("area-polygon", &[effect, ("points", points.join(" ").into())])
            }
        };
        terminal.print_line(&format!("  - {line}"));
    }
    if state.refit_advised {
        terminal.print_message("notice-area-changed", &[product]);
    }
    Ok(())
}
