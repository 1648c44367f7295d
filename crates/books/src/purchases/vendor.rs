//! Suppliers as QuickBooks' vendors.

use qbxml::{VendorAdd, limits};

use crate::{
    body::Body,
    document::{DocumentId, Fact, PurchaseOrder, Supplier},
    entry::{EntryKey, EntryKind},
    lists::NameSpace,
    mapping::Mode,
    names,
    needs::{Needs, Want, fixed},
    parties::{address, optional},
    reasons::Why,
};

/// QuickBooks' kind of vendors among all names.
const VENDOR: &str = "Vendor";

/// The name of the vendor of whom it is bought. None when the order is held for it.
///
/// Every supplier is a vendor of their own; the generic vendor stands for all in summary mode, and where no supplier is
/// told.
pub(super) fn vendor(needs: &mut Needs<'_>, order: &PurchaseOrder, mode: Mode) -> Option<String> {
    let known = order.supplier.as_ref().and_then(|id| match needs.context.facts.document(id)?.fact {
        Fact::Supplier(supplier) => Some(supplier),
        _ => None,
    });
    let told = known.unwrap_or_else(|| Supplier { name: order.supplier_name.clone(), ..Supplier::default() });
    let called = called(&told).or_else(|| Some(order.supplier_name.trim()).filter(|name| !name.is_empty()));
    let Some(called) = called.filter(|_| mode == Mode::Detailed) else {
        needs.because(Why::GenericVendor);
        let names = fixed(&needs.context.mapping.vendors.generic, limits::CUSTOMER_NAME);
        let want = want(EntryKey::new("vendor", "generic"), needs.order.clone(), beside_others(needs, names));
        return Some(needs.object(&want, |_, name| form(name, &Supplier::default()))?.name);
    };
    // A supplier without a document of its own is known by name: those of one name are one.
    let id = order.supplier.clone().unwrap_or_else(|| DocumentId::new(format!("name/{}", called.to_lowercase())));
    let document = order.supplier.clone().unwrap_or_else(|| needs.order.clone());
    named(needs, (&id, document), called, &told)
}

/// The vendor of a supplier that has a document, with its identity. None when what needs it is held for it, or when it has
/// no name.
pub(crate) fn of_supplier(needs: &mut Needs<'_>, id: &DocumentId, supplier: &Supplier) -> (EntryKey, Option<String>) {
    let name = called(supplier).and_then(|name| named(needs, (id, id.clone()), name, supplier));
    (key(id), name)
}

fn named(
    needs: &mut Needs<'_>,
    (id, document): (&DocumentId, DocumentId),
    called: &str,
    supplier: &Supplier,
) -> Option<String> {
    let names = beside_others(needs, names::candidates(called, id, limits::CUSTOMER_NAME));
    let mut want = want(key(id), document, names);
    want.mark = supplier.email.as_deref();
    Some(needs.object(&want, |_, name| form(name, supplier))?.name)
}

fn key(id: &DocumentId) -> EntryKey {
    EntryKey::new("vendor", id.as_str())
}

/// What a supplier is called; none where nobody says.
pub(crate) fn called(supplier: &Supplier) -> Option<&str> {
    let names = [Some(&supplier.name), supplier.company.as_ref()];
    names.into_iter().flatten().map(|name| name.trim()).find(|name| !name.is_empty())
}

/// The names, with one that marks the vendor where a customer, employee or other name has the first: all of them share one
/// list of names (PROTOCOL.md e).
fn beside_others(needs: &Needs<'_>, mut names: Vec<String>) -> Vec<String> {
    let Some(first) = names.first().cloned() else { return names };
    let lists = needs.context.lists;
    let there = lists.named(NameSpace::Name, &first).filter(|object| object.kind != VENDOR);
    let coming = lists.claimed(NameSpace::Name, &first).is_some_and(|key| key.as_str().starts_with("customer:"));
    if there.is_some() || coming {
        names.insert(1, names::with_suffix(&first, "V", limits::CUSTOMER_NAME));
    }
    names
}

fn want<'w>(key: EntryKey, document: DocumentId, names: Vec<String>) -> Want<'w> {
    Want {
        key,
        document,
        kind: EntryKind::Vendor,
        space: NameSpace::Name,
        mark: None,
        names,
        kinds: &[VENDOR],
        step_aside: true,
    }
}

fn form(name: &str, supplier: &Supplier) -> Body {
    Body::Vendor(Box::new(VendorAdd {
        name: name.to_owned(),
        company_name: optional(supplier.company.as_deref(), limits::CUSTOMER_NAME),
        vendor_address: supplier.address.as_ref().and_then(address),
        phone: optional(supplier.phone.as_deref(), limits::PHONE),
        email: optional(supplier.email.as_deref(), limits::EMAIL),
        contact: optional(supplier.contact.as_deref(), limits::CUSTOMER_NAME),
        account_number: optional(supplier.account_number.as_deref(), limits::VENDOR_ACCOUNT),
        ..VendorAdd::default()
    }))
}
