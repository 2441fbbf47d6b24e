//! Nodes of an HTML page: names, attributes, text, and what of it anybody sees.

use std::collections::HashMap;
use std::rc::Rc;

use markup5ever_rcdom::{Handle, Node, NodeData};

use super::unpaged_lines::{LeftOut, Script};

/// The most elements nested in each other.
pub(super) const MAX_DEPTH: u32 = 200;
/// Elements within a line.
pub(super) const INLINE: [&str; 37] = [
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "img", "input", "ins", "kbd", "label", "mark", "q", "s", "samp", "select", "small", "span",
    "strike", "strong", "sub", "sup", "textarea", "time", "tt", "u", "var", "wbr", "o:p",
];
/// Elements that no reader reads.
const SKIPPED: [&str; 19] = [
    "script", "style", "nav", "aside", "footer", "head", "template", "noscript", "svg", "iframe",
    "object", "button", "canvas", "audio", "video", "map", "dialog", "menu", "title",
];
/// The most rules of a page that are kept, of those that hide, strike out or colour.
const MAX_RULES: usize = 5_000;
/// Types of input fields that show no value of theirs.
const WITHOUT_VALUE: [&str; 11] = [
    "hidden", "checkbox", "radio", "password", "file", "image", "submit", "reset", "button",
    "color", "range",
];

/// Calls `each` with all nodes below `parent`, in printed order.
pub(super) fn visit(parent: &Handle, depth: u32, each: &mut dyn FnMut(&Handle)) {
    if depth == 0 {
        return;
    }
    for node in parent.children.borrow().iter() {
        each(node);
        visit(node, depth - 1, each);
    }
}

/// All text below a node.
pub(super) fn text_of(node: &Handle) -> String {
    let mut out = String::new();
    visit(node, MAX_DEPTH, &mut |inner| {
        if let NodeData::Text { contents } = &inner.data {
            out.push_str(&contents.borrow());
        }
    });
    out
}

/// Name of an element, in lower case.
pub(super) fn name_of(node: &Handle) -> Option<&str> {
    match &node.data {
        NodeData::Element { name, .. } => Some(&name.local),
        _ => None,
    }
}

/// The value of an element's attribute.
pub(super) fn attribute(node: &Handle, name: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else { return None };
    let attrs = attrs.borrow();
    attrs.iter().find(|attr| &*attr.name.local == name).map(|attr| attr.value.to_string())
}

/// Whether an element is no part of what a page says.
pub(super) fn is_skipped(node: &Handle) -> bool {
    let Some(name) = name_of(node) else { return false };
    let role = attribute(node, "role").unwrap_or_default();
    SKIPPED.contains(&name)
        || attribute(node, "aria-hidden").as_deref() == Some("true")
        || ["navigation", "search", "contentinfo"].contains(&role.as_str())
}

/// What is struck out on a page or not shown.
#[derive(Default)]
pub(super) struct Unseen {
    texts: HashMap<*const Node, (LeftOut, String)>,
}

/// What an element hands down to its text.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    white: bool,
    /// Whether the ground is of another colour than white.
    filled: bool,
    script: Script,
}

impl Unseen {
    /// Empties the elements of a page that nobody sees or that are struck out, and writes fields of
    /// forms and raised letters as text.
    pub(super) fn take_from(page: &Handle) -> Self {
        let mut sheets = String::new();
        visit(page, MAX_DEPTH, &mut |node| {
            if name_of(node) == Some("style") {
                sheets.push_str(&text_of(node));
                sheets.push('\n');
            }
        });
        let mut unseen = Self::default();
        unseen.take(page, &rules(&sheets), Look::default(), MAX_DEPTH);
        unseen
    }

    /// What was taken from a node.
    pub(super) fn at(&self, node: &Handle) -> Option<(LeftOut, &str)> {
        let (reason, text) = self.texts.get(&Rc::as_ptr(node))?;
        Some((*reason, text))
    }

    fn take(&mut self, parent: &Handle, rules: &[Rule], look: Look, depth: u32) {
        if depth == 0 {
            return;
        }
        for node in parent.children.borrow().iter() {
            if let NodeData::Text { contents } = &node.data {
                let text = contents.borrow().to_string();
                if look.white && !look.filled && !text.trim().is_empty() {
                    self.texts.insert(Rc::as_ptr(node), (LeftOut::Hidden, text));
                    *contents.borrow_mut() = "".into();
                } else if look.script != Script::Line {
                    *contents.borrow_mut() = look.script.apply(&text).as_str().into();
                }
            }
            let Some(name) = name_of(node).filter(|_| !is_skipped(node)) else { continue };
            let style = style_of(node, name, rules);
            if let Some(reason) = style.left_out() {
                self.texts.insert(Rc::as_ptr(node), (reason, seen_text(node)));
                node.children.borrow_mut().clear();
                continue;
            }
            fill_field(node, name);
            let look = Look {
                white: style.white.unwrap_or(look.white),
                filled: style.filled.unwrap_or(look.filled),
                script: match name {
                    "sup" => Script::Super,
                    "sub" => Script::Sub,
                    _ => look.script,
                },
            };
            self.take(node, rules, look, depth - 1);
        }
    }
}

/// The text of an element without scripts and the like.
fn seen_text(node: &Handle) -> String {
    fn push(parent: &Handle, out: &mut String, depth: u32) {
        for node in parent.children.borrow().iter().filter(|node| depth > 0 && !is_skipped(node)) {
            if let NodeData::Text { contents } = &node.data {
                out.push_str(&contents.borrow());
            }
            if name_of(node).is_some_and(|name| !INLINE.contains(&name)) {
                out.push(' ');
            }
            push(node, out, depth - 1);
        }
    }
    let mut out = String::new();
    push(node, &mut out, MAX_DEPTH);
    out
}

/// Writes what a field of a form shows as its text.
fn fill_field(node: &Handle, name: &str) {
    let shown = match name {
        "input" => {
            let kind = attribute(node, "type").unwrap_or_default().to_ascii_lowercase();
            let value = attribute(node, "value").filter(|_| !WITHOUT_VALUE.contains(&&*kind));
            value.unwrap_or_default()
        }
        "select" => {
            let mut chosen = Vec::new();
            visit(node, MAX_DEPTH, &mut |option| {
                if name_of(option) == Some("option") && attribute(option, "selected").is_some() {
                    chosen.push(text_of(option));
                }
            });
            chosen.join(", ")
        }
        _ => return,
    };
    // A field stands apart from the words around it.
    let contents = format!(" {shown} ").as_str().into();
    let mut children = node.children.borrow_mut();
    children.clear();
    children.push(Node::new(NodeData::Text { contents: std::cell::RefCell::new(contents) }));
}

/// What the declarations of a style say (CSS 2.1), as far as it hides or strikes out; `None` where
/// they say nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Style {
    /// Whether `display`, `visibility`, `opacity` and `font-size` each hide it.
    hides: [Option<bool>; 4],
    struck: Option<bool>,
    white: Option<bool>,
    filled: Option<bool>,
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

    fn left_out(&self) -> Option<LeftOut> {
        if self.hides.contains(&Some(true)) {
            return Some(LeftOut::Hidden);
        }
        (self.struck == Some(true)).then_some(LeftOut::Struck)
    }
}

/// The style of an element, from its name, the rules of the page and its attributes.
fn style_of(node: &Handle, name: &str, rules: &[Rule]) -> Style {
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
struct Rule {
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
fn rules(sheets: &str) -> Vec<Rule> {
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
