//! Fields at rest: a company file holds a hundred thousand transactions, and a tree of elements takes ten times the
//! memory of its text.

use super::ids::ListId;
use super::xml::Element;

/// Separators; XML text can't hold them.
const TEXT: char = '\u{1f}';
const OPEN: char = '\u{1d}';
const CLOSE: char = '\u{1c}';

/// Elements without attributes, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Packed(Box<str>);

/// One step through packed text.
enum Part<'a> {
    Leaf(&'a str, &'a str),
    Open(&'a str),
    Close,
}

impl Packed {
    pub fn of(fields: &[Element]) -> Self {
        let mut text = String::new();
        write(fields, &mut text);
        Self(text.into_boxed_str())
    }

    /// The elements again.
    pub fn open(&self) -> Vec<Element> {
        let mut groups = vec![Element::default()];
        for part in self.parts() {
            match part {
                Part::Leaf(name, text) => add(&mut groups, Element::leaf(name, text)),
                Part::Open(name) => groups.push(Element::group(name, Vec::new())),
                Part::Close => {
                    if let Some(group) = groups.pop() {
                        add(&mut groups, group);
                    }
                }
            }
        }
        groups.pop().map_or_else(Vec::new, |root| root.children)
    }

    /// The text of a field at the top; `None` when it is missing.
    pub fn text(&self, name: &str) -> Option<&str> {
        let mut depth = 0_usize;
        self.parts().find_map(|part| match part {
            Part::Leaf(here, text) => (depth == 0 && here == name).then_some(text),
            Part::Open(_) => {
                depth += 1;
                None
            }
            Part::Close => {
                depth = depth.saturating_sub(1);
                None
            }
        })
    }

    /// The ListID in a reference at the top.
    pub fn reference(&self, name: &str) -> Option<ListId> {
        let mut groups = Vec::new();
        self.parts().find_map(|part| match part {
            Part::Leaf("ListID", id) => (groups == [name]).then(|| ListId::new(id)),
            Part::Leaf(..) => None,
            Part::Open(group) => {
                groups.push(group);
                None
            }
            Part::Close => {
                groups.pop();
                None
            }
        })
    }

    /// Every list element that is referred to, at any depth.
    pub fn list_ids(&self) -> impl Iterator<Item = &str> {
        self.parts().filter_map(|part| match part {
            Part::Leaf("ListID", id) => Some(id),
            _ => None,
        })
    }

    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            if let Some(after) = rest.strip_prefix(CLOSE) {
                rest = after;
                return Some(Part::Close);
            }
            let end = rest.find([TEXT, OPEN])?;
            let (name, after) = rest.split_at(end);
            if let Some(after) = after.strip_prefix(OPEN) {
                rest = after;
                return Some(Part::Open(name));
            }
            let after = &after[TEXT.len_utf8()..];
            let end = after.find(CLOSE).unwrap_or(after.len());
            rest = after.get(end + CLOSE.len_utf8()..).unwrap_or_default();
            Some(Part::Leaf(name, &after[..end]))
        })
    }
}

fn add(groups: &mut [Element], element: Element) {
    if let Some(group) = groups.last_mut() {
        group.children.push(element);
    }
}

fn write(fields: &[Element], out: &mut String) {
    for field in fields {
        out.push_str(&field.name);
        if field.children.is_empty() && !field.name.ends_with("Ref") {
            out.push(TEXT);
            out.extend(field.text.chars().filter(|character| !matches!(*character, TEXT | OPEN | CLOSE)));
        } else {
            out.push(OPEN);
            write(&field.children, out);
        }
        out.push(CLOSE);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn what_is_packed_comes_out_again() {
        let address = Element::group("Address", vec![Element::leaf("Addr1", "1 Main"), Element::leaf("Memo", "inner")]);
        let customer = Element::group("CustomerRef", vec![Element::leaf("ListID", "80000001-1")]);
        let cleared = Element::group("ClassRef", Vec::new());
        let fields = vec![address, Element::leaf("Memo", "caf\u{e9}"), Element::leaf("Other", ""), customer, cleared];
        let packed = Packed::of(&fields);
        assert_eq!(packed.open(), fields);
        assert_eq!(packed.text("Memo"), Some("caf\u{e9}"));
        assert_eq!((packed.text("Other"), packed.text("Addr1")), (Some(""), None));
        assert_eq!(packed.reference("CustomerRef"), Some(ListId::new("80000001-1")));
        assert_eq!(packed.reference("ClassRef"), None);
        assert_eq!(packed.list_ids().collect::<Vec<_>>(), ["80000001-1"]);
    }
}
