//! The modules of a crate as its files declare them, read with `syn`. Code that only tests see is left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, UseTree, Visibility};

/// The path of a module from the crate's root: `["jobs", "bank"]`.
pub(crate) type ModulePath = Vec<String>;

/// One `use`: the path it names, and the name it gives to what is there.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    /// `None` for `use path::*`.
    pub(crate) name: Option<String>,
    pub(crate) path: Vec<String>,
    /// `pub use`, which passes a name on rather than using it.
    pub(crate) is_reexport: bool,
}

/// A module: what it defines, what it imports, and every path that its code names.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) file: PathBuf,
    pub(crate) items: Vec<String>,
    pub(crate) imports: Vec<Import>,
    pub(crate) paths: Vec<Vec<String>>,
}

/// All modules of the crate whose root file is `root`.
pub(crate) fn of_crate(root: &Path) -> BTreeMap<ModulePath, Module> {
    let mut modules = BTreeMap::new();
    let folder = root.parent().expect("a file has a folder").to_owned();
    read_file(root, &folder, Vec::new(), &mut modules);
    modules
}

fn read_file(
    file: &Path,
    children: &Path,
    path: ModulePath,
    modules: &mut BTreeMap<ModulePath, Module>,
) {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let parsed = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    read_items(file, children, path, &parsed.items, modules);
}

fn read_items(
    file: &Path,
    children: &Path,
    path: ModulePath,
    items: &[Item],
    modules: &mut BTreeMap<ModulePath, Module>,
) {
    let mut module = Module { file: file.to_owned(), ..Module::default() };
    for item in items {
        if is_for_tests(attributes(item)) {
            continue;
        }
        match item {
            Item::Mod(child) => {
                let name = child.ident.to_string();
                let mut path = path.clone();
                path.push(name.clone());
                match &child.content {
                    Some((_, items)) => {
                        read_items(file, &children.join(&name), path, items, modules);
                    }
                    None => {
                        let flat = children.join(format!("{name}.rs"));
                        let nested = children.join(&name).join("mod.rs");
                        let file = if flat.is_file() { flat } else { nested };
                        read_file(&file, &children.join(&name), path, modules);
                    }
                }
            }
            Item::Use(item) => {
                let is_reexport = !matches!(item.vis, Visibility::Inherited);
                flatten(&item.tree, &mut Vec::new(), is_reexport, &mut module.imports);
            }
            other => {
                module.items.extend(name_of(other));
                let mut found = Paths(&mut module.paths);
                syn::visit::Visit::visit_item(&mut found, other);
            }
        }
    }
    modules.insert(path, module);
}

/// Collects the paths of an item, also those inside macros that look like paths.
struct Paths<'a>(&'a mut Vec<Vec<String>>);

impl<'ast> syn::visit::Visit<'ast> for Paths<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        // A `use` inside a function.
        let mut imports = Vec::new();
        flatten(&item.tree, &mut Vec::new(), false, &mut imports);
        self.0.extend(imports.into_iter().map(|import| import.path));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.visit_path(&item.path);
        let mut path = Vec::new();
        collect_tokens(item.tokens.clone(), &mut path, self.0);
    }
}

/// Paths among the tokens of a macro's call: `a::b::c`.
fn collect_tokens(
    tokens: proc_macro2::TokenStream,
    path: &mut Vec<String>,
    found: &mut Vec<Vec<String>>,
) {
    let mut colons = 0;
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Ident(ident) => {
                if colons != 2 && !path.is_empty() {
                    found.push(std::mem::take(path));
                }
                path.push(ident.to_string());
                colons = 0;
            }
            proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            proc_macro2::TokenTree::Group(group) => {
                if !path.is_empty() {
                    found.push(std::mem::take(path));
                }
                colons = 0;
                collect_tokens(group.stream(), &mut Vec::new(), found);
            }
            _ => {
                if !path.is_empty() {
                    found.push(std::mem::take(path));
                }
                colons = 0;
            }
        }
    }
    if !path.is_empty() {
        found.push(std::mem::take(path));
    }
}

fn flatten(tree: &UseTree, prefix: &mut Vec<String>, is_reexport: bool, out: &mut Vec<Import>) {
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, is_reexport, out);
            prefix.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, prefix, is_reexport, out);
            }
        }
        UseTree::Glob(_) => out.push(Import { name: None, path: prefix.clone(), is_reexport }),
        UseTree::Name(name) => {
            let mut path = prefix.clone();
            if name.ident != "self" {
                path.push(name.ident.to_string());
            }
            out.push(Import { name: path.last().cloned(), path, is_reexport });
        }
        UseTree::Rename(rename) => {
            let mut path = prefix.clone();
            if rename.ident != "self" {
                path.push(rename.ident.to_string());
            }
            out.push(Import { name: Some(rename.rename.to_string()), path, is_reexport });
        }
    }
}

fn name_of(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Macro(item) => item.ident.as_ref()?.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::TraitAlias(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Union(item) => item.ident.to_string(),
        _ => return None,
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[cfg(test)]`, `#[cfg(all(test, …))]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return false };
        let text = list.tokens.to_string();
        list.path.is_ident("cfg") && (text == "test" || text.starts_with("all (test"))
    })
}
