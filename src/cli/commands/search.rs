//! `fettle search`.

use crate::args;
use crate::terminal::Terminal;
use fettle_domain::{Hit, Suggestion};
use fettle_engine::{Engine, Query, Search, SearchFilter};
use fettle_i18n::Value;

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Search) -> anyhow::Result<()> {
    let query = match (&args.words, &args.image, args.region) {
        (Some(words), ..) => Query::Words(words.clone()),
        (None, Some(image), Some(region)) => Query::Region(image.clone(), region),
        (None, image, _) => Query::Picture(image.clone().unwrap_or_default()),
    };
    let by_words = matches!(query, Query::Words(_));
    let filter = SearchFilter { product: args.product.clone(), defect: args.defect.clone() };
    let found = terminal.run(engine, Search { query, top: args.top.into(), filter })?;
    if args.json {
        return terminal.print_json(&found);
    }
    if !by_words {
        print_suggestion(terminal, found.suggestion.as_ref());
    }
    print_hits(terminal, &found.hits);
    Ok(())
}

/// Prints the vote of the nearest neighbours.
pub(super) fn print_suggestion(terminal: &Terminal, suggestion: Option<&Suggestion>) {
    let text = match suggestion {
        None => terminal.text("suggestion-unknown", &[]),
        Some(Suggestion { product, defect, confidence }) => {
            let percent = Value::Number { value: f64::from(*confidence) * 100.0, digits: 0 };
            let product = Value::from(product.to_string());
            match defect {
                Some(defect) => {
                    let defect = Value::from(defect.to_string());
                    let values = [("product", product), ("defect", defect), ("percent", percent)];
                    terminal.text("suggestion-line", &values)
                }
                None => {
                    let values = [("product", product), ("percent", percent)];
                    terminal.text("suggestion-product", &values)
                }
            }
        }
    };
    terminal.print_field("label-suggestion", &text);
}

/// Prints the hits, one a line.
pub(super) fn print_hits(terminal: &Terminal, hits: &[Hit]) {
    terminal.print_field("label-similar", "");
    for hit in hits {
        terminal.print_line(&format!(
            "  - {:.3}  {} / {}  {}",
            hit.score, hit.product, hit.defect, hit.path
        ));
    }
}
