//! HTML → a tree, in time that grows with the page and not with what is nested in it.
//!
//! Browsers' rules look through all open elements at many a tag, and open elements anew in each
//! paragraph. The sink below counts those steps, and parsing ends where a page takes more than any
//! written one.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, parse_document};
use markup5ever_rcdom::{Handle, RcDom};

use super::steps::count_steps;

/// Steps that are always allowed, and those for each byte of the page. Written pages take fewer than
/// ten a byte.
const FREE_STEPS: u64 = 1_000_000;
const STEPS_PER_BYTE: u64 = 60;
/// An element costs as many steps as memory and time for it are worth.
const STEPS_PER_ELEMENT: u64 = 30;
/// The text is parsed in pieces of so many bytes, between which the steps are looked at.
const PIECE_BYTES: usize = 1024;

/// The tree of a page, or `None` where it would take too many steps.
pub(super) fn tree_of(text: &str) -> Option<Handle> {
    let steps = Rc::new(Cell::new(0));
    let sink = CountingDom { dom: RcDom::default(), steps: Rc::clone(&steps) };
    let most = FREE_STEPS + STEPS_PER_BYTE * u64::try_from(text.len()).unwrap_or(u64::MAX);
    let mut parser = parse_document(sink, ParseOpts::default());
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = PIECE_BYTES.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, behind) = rest.split_at_checked(end)?;
        parser.process(StrTendril::from(piece));
        if steps.get() > most {
            count_steps(usize::try_from(steps.get()).unwrap_or(usize::MAX));
            return None;
        }
        rest = behind;
    }
    count_steps(usize::try_from(steps.get()).unwrap_or(usize::MAX));
    Some(parser.finish().document)
}

/// A tree that counts what is asked of it.
struct CountingDom {
    dom: RcDom,
    steps: Rc<Cell<u64>>,
}

impl CountingDom {
    fn count(&self, steps: u64) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }
}

impl TreeSink for CountingDom {
    type Handle = Handle;
    type Output = RcDom;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> RcDom {
        self.dom
    }

    /// Faults of a page are no concern of its reader.
    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.dom.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        self.count(1);
        self.dom.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.count(STEPS_PER_ELEMENT);
        self.dom.create_element(name, attrs, flags)
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        self.dom.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.dom.create_pi(target, data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.dom.append(parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        prev_element: &Handle,
        child: NodeOrText<Handle>,
    ) {
        self.count(siblings(element));
        self.dom.append_based_on_parent_node(element, prev_element, child);
    }

    fn append_doctype_to_document(
        &self,
        name: StrTendril,
        public_id: StrTendril,
        system_id: StrTendril,
    ) {
        self.dom.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.dom.get_template_contents(target)
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        self.count(1);
        self.dom.same_node(x, y)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.dom.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.count(siblings(sibling));
        self.dom.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        self.dom.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.count(siblings(target));
        self.dom.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        self.count(u64::try_from(node.children.borrow().len()).unwrap_or(u64::MAX));
        self.dom.reparent_children(node, new_parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, target: &Handle) -> bool {
        self.dom.is_mathml_annotation_xml_integration_point(target)
    }

    /// What a field shows is read from its options.
    fn maybe_clone_an_option_into_selectedcontent(&self, _: &Handle) {}
}

/// Number of the elements beside a node, which are looked through for it.
fn siblings(node: &Handle) -> u64 {
    let parent = node.parent.take();
    let count = parent
        .as_ref()
        .and_then(|parent| parent.upgrade())
        .map_or(0, |parent| u64::try_from(parent.children.borrow().len()).unwrap_or(u64::MAX));
    node.parent.set(parent);
    count
}
