//! What a customer, product or supplier of the shop would be in the company file's lists, to see whether it is there.

use qbxml::limits;

use crate::{
    document::{Document, Fact},
    entry::EntryKey,
    lists::{Lists, NameSpace},
    names,
};

/// The object of a list that stands for a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The identity of the entry that makes it.
    pub key: EntryKey,
    /// The list.
    pub space: NameSpace,
    /// QuickBooks' kind of it, or the beginning of it: items are of several kinds.
    pub kind: &'static str,
    /// Its name, where nobody else has that.
    pub name: String,
    /// What it carries beyond its name.
    pub mark: Option<String>,
}

/// What a document would be in a list by itself; none for documents that are no object of a list, and for buyers whose names
/// the shop keeps back.
#[must_use]
pub fn identity(document: &Document) -> Option<Identity> {
    let id = &document.id;
    let (role, space, kind, name, max, mark) = match &document.fact {
        Fact::Customer(buyer) => {
            let name = names::of_customer(buyer);
            ("customer", NameSpace::Name, "Customer", name, limits::CUSTOMER_NAME, buyer.email.clone())
        }
        Fact::Variant(variant) if !variant.gift_card => {
            let name = names::of_variant(variant);
            ("item", NameSpace::Item, "Item", name, limits::ITEM_NAME, variant.sku.clone())
        }
        Fact::Supplier(supplier) => {
            ("vendor", NameSpace::Name, "Vendor", supplier.name.clone(), limits::CUSTOMER_NAME, supplier.email.clone())
        }
        _ => return None,
    };
    let name = names::candidates(&name, id, max).into_iter().next()?;
    Some(Identity { key: EntryKey::new(role, id.as_str()), space, kind, name, mark })
}

impl Identity {
    /// Whether it is in the company file, made or matched by us, or there to be matched. `taken` says of a name whether
    /// another document was found under it before.
    pub fn is_there(&self, lists: &dyn Lists, taken: impl Fn(&str) -> bool) -> bool {
        if lists.linked(&self.key).is_some() {
            return true;
        }
        let free = |name: &str| lists.claimed(self.space, name).is_none_or(|holder| holder == self.key) && !taken(name);
        let marked = self.mark.as_deref().map(|mark| lists.marked(self.space, mark)).unwrap_or_default();
        let found = match marked.as_slice() {
            [one] if one.active => Some(one.clone()),
            _ => lists.named(self.space, &self.name),
        };
        found.is_some_and(|object| object.kind.starts_with(self.kind) && free(&object.full_name))
    }
}
