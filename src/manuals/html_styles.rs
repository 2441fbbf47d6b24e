//! Style sheets of HTML pages (CSS 2.1), as far as they hide, strike out or colour.

use markup5ever_rcdom::Handle;

use super::html_nodes::attribute;
use super::unpaged_lines::LeftOut;

/// The most rules of a page that are kept, of those that hide, strike out or colour.
const MAX_RULES: usize = 5_000;

/// What the declarations of a style say (CSS 2.1), as far as it hides or strikes out; `None` where
/// they say nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Style {
    /// Whether `display`, `visibility`, `opacity` and `font-size` each hide it.
    hides: [Option<bool>; 4],
    struck: Option<bool>,
    pub(super) white: Option<bool>,
    pub(super) filled: Option<bool>,
}

impl Style {
    fn parse(declarations: &str) -> Self {
        let mut style = Self::default();
        for declaration in declarations.to_ascii_lowercase().split(';') {
            let Some((property, value)) = declaration.split_once(':') else { continue };
            let value = value.split('!').next().unwrap_or_default().trim();
            let [display, visibility, opacity, size] = &mut style.hides;
            match property.trim() {
                "display" => *display = Some(value == "none"),
                "visibility" => *visibility = Some(matches!(value, "hidden" | "collapse")),
                "opacity" => *opacity = Some(number(value).is_some_and(|(part, _)| part <= 0.0)),
                "font-size" => *size = Some(number(value).is_some_and(is_invisible_size)),
                "text-decoration" | "text-decoration-line" => {
                    style.struck = Some(value.contains("line-through"));
                }
                "color" => style.white = Some(is_white(value)),
                "background" | "background-color" | "background-image" => {
                    style.filled = ground(value).or(style.filled);
                }
                _ => {}
            }
        }
        style
    }

    /// This style with what `over` says instead.
    fn under(self, over: Self) -> Self {
        let mut hides = self.hides;
        for (under, over) in hides.iter_mut().zip(over.hides) {
            *under = over.or(*under);
        }
        Self {
            hides,
            struck: over.struck.or(self.struck),
            white: over.white.or(self.white),
            filled: over.filled.or(self.filled),
        }
    }

    pub(super) fn left_out(&self) -> Option<LeftOut> {
        if self.hides.contains(&Some(true)) {
            return Some(LeftOut::Hidden);
        }
        (self.struck == Some(true)).then_some(LeftOut::Struck)
    }
}

/// The style of an element, from its name, the rules of the page and its attributes.
pub(super) fn style_of(node: &Handle, name: &str, rules: &[Rule]) -> Style {
    let is_struck = matches!(name, "s" | "del" | "strike");
    let is_hidden = attribute(node, "hidden").is_some().then_some(true);
    let own = Style {
        struck: is_struck.then_some(true),
        hides: [is_hidden, None, None, None],
        white: attribute(node, "color").map(|color| is_white(&color.to_ascii_lowercase())),
        filled: attribute(node, "bgcolor").and_then(|color| ground(&color.to_ascii_lowercase())),
    };
    let classes = attribute(node, "class").unwrap_or_default();
    let id = attribute(node, "id").unwrap_or_default();
    let matching = rules.iter().filter(|rule| rule.matches(name, &classes, &id));
    let style = matching.fold(own, |style, rule| style.under(rule.style));
    style.under(Style::parse(&attribute(node, "style").unwrap_or_default()))
}

/// A rule for elements of a name, classes and an id.
pub(super) struct Rule {
    name: Option<String>,
    id: Option<String>,
    classes: Vec<String>,
    style: Style,
}

impl Rule {
    fn matches(&self, name: &str, classes: &str, id: &str) -> bool {
        self.name.as_deref().is_none_or(|own| own == name)
            && self.id.as_deref().is_none_or(|own| own == id)
            && self.classes.iter().all(|own| classes.split_whitespace().any(|class| class == own))
    }

    /// The rule of a selector without combinators. Of any other, the ground of its last element
    /// counts: white letters may stand on it.
    fn parse(selector: &str, style: Style) -> Option<Self> {
        let selector = selector.trim();
        let last = selector.rsplit([' ', '>', '+', '~']).next()?;
        let plain = last.split([':', '[']).next()?;
        let style = match plain == selector {
            true => style,
            false => Style { filled: style.filled.filter(|filled| *filled), ..Style::default() },
        };
        if style == Style::default() {
            return None;
        }
        let mut rule = Self { name: None, id: None, classes: Vec::new(), style };
        let mut sign = None;
        for part in plain.split_inclusive(['.', '#']) {
            let word = part.trim_end_matches(['.', '#']).to_owned();
            match sign {
                None if word.is_empty() || word == "*" => {}
                None => rule.name = Some(word.to_ascii_lowercase()),
                Some('#') => rule.id = Some(word),
                Some(_) => rule.classes.push(word),
            }
            sign = part.chars().last().filter(|last| ".#".contains(*last));
        }
        Some(rule)
    }
}

/// The rules of style sheets for every medium.
pub(super) fn rules(sheets: &str) -> Vec<Rule> {
    let mut text = String::new();
    let mut rest = sheets;
    while let Some((before, comment)) = rest.split_once("/*") {
        text.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let mut out: Vec<Rule> = Vec::new();
    let mut rest = text.as_str();
    while let Some((selectors, after)) = rest.split_once('{').filter(|_| out.len() < MAX_RULES) {
        // Behind statements such as `@import …;`.
        let selectors = selectors.rsplit(';').next().unwrap_or_default().trim();
        if selectors.starts_with('@') {
            rest = behind_block(after);
            continue;
        }
        let (declarations, after) = after.split_once('}').unwrap_or((after, ""));
        let style = Style::parse(declarations);
        out.extend(selectors.split(',').filter_map(|selector| Rule::parse(selector, style)));
        rest = after;
    }
    out
}

/// The text behind a block with blocks in it.
fn behind_block(text: &str) -> &str {
    let mut open = 1_usize;
    let end = text.char_indices().find(|(_, letter)| {
        match letter {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        open == 0
    });
    end.and_then(|(at, _)| text.get(at + 1..)).unwrap_or_default()
}

/// A number and its unit.
fn number(value: &str) -> Option<(f32, &str)> {
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit() || ".-+".contains(c));
    let number = value.strip_suffix(unit)?.parse().ok()?;
    Some((number, unit.trim()))
}

/// Whether letters of a size are too small to be seen: two points or pixels.
fn is_invisible_size((size, unit): (f32, &str)) -> bool {
    size <= if matches!(unit, "px" | "pt") { 2.0 } else { 0.0 }
}

/// Whether a colour is white or lets all through.
fn is_white(value: &str) -> bool {
    let value: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    matches!(
        value.as_str(),
        "white"
            | "#fff"
            | "#ffffff"
            | "#ffff"
            | "#ffffffff"
            | "transparent"
            | "rgb(255,255,255)"
            | "rgb(100%,100%,100%)"
            | "rgba(255,255,255,1)"
            | "rgb(255255255)"
            | "hsl(0,0%,100%)"
    )
}

/// Whether a ground is of another colour than white; `None` if it shows what is below.
fn ground(value: &str) -> Option<bool> {
    let shows_below =
        matches!(value, "none" | "transparent" | "inherit" | "initial" | "unset" | "");
    (!shows_below).then(|| !is_white(value))
}
