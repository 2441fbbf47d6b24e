//! Structure tree of a tagged PDF.

use std::num::NonZeroU16;

use krilla::tagging::{
    Identifier, ListNumbering, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};

use super::page::{HeaderScope, Role};

/// Builds the structure tree: elements in reading order, cells in rows of tables, items in lists.
/// `content` holds the marked content of each element.
pub(super) fn build_tag_tree(elements: &[Role], content: Vec<Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new();
    let mut last: Option<&Role> = None;
    for (role, ids) in elements.iter().zip(content) {
        if ids.is_empty() && !matches!(role, Role::Cell { .. }) {
            continue;
        }
        let leaves: Vec<Node> = ids.into_iter().map(Node::from).collect();
        let node = |tag: TagKind| TagGroup::with_children(tag, leaves.clone());
        match role {
            Role::Heading { level, text } => {
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                tree.push(node(Tag::Hn(level, Some(text.clone())).into()));
            }
            Role::Paragraph => tree.push(node(Tag::P.into())),
            Role::Figure { alt } => tree.push(node(Tag::Figure(Some(alt.clone())).into())),
            Role::ListItem => {
                if last != Some(&Role::ListItem) {
                    tree.push(TagGroup::new(Tag::L(ListNumbering::None)));
                }
                let item = TagGroup::with_children(Tag::LI, vec![node(Tag::LBody.into()).into()]);
                push_last(&mut tree.children, item);
            }
            Role::Cell { table, row, scope } => {
                let before = match last {
                    Some(Role::Cell { table, row, .. }) => Some((*table, *row)),
                    _ => None,
                };
                if before.is_none_or(|(of, _)| of != *table) {
                    tree.push(TagGroup::new(Tag::Table));
                }
                if before != Some((*table, *row)) {
                    push_last(&mut tree.children, TagGroup::new(Tag::TR));
                }
                let cell = node(match scope {
                    HeaderScope::None => Tag::TD.into(),
                    HeaderScope::Column => Tag::TH(TableHeaderScope::Column).into(),
                    HeaderScope::Row => Tag::TH(TableHeaderScope::Row).into(),
                });
                if let Some(Node::Group(table)) = tree.children.last_mut() {
                    push_last(&mut table.children, cell);
                }
            }
        }
        last = Some(role);
    }
    tree
}

/// Appends `child` to the last group.
fn push_last(nodes: &mut [Node], child: TagGroup) {
    if let Some(Node::Group(group)) = nodes.last_mut() {
        group.push(child);
    }
}
