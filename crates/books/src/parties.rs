//! Buyers as QuickBooks' customers.

use qbxml::{CustomerAdd, Ref, limits, text};

use crate::{
    body::Body,
    document::{Address, Customer, DocumentId, Fact, Order},
    entry::{EntryKey, EntryKind},
    lists::NameSpace,
    mapping::Mode,
    names,
    needs::{Needs, Want, fixed},
    reasons::Why,
};

/// QuickBooks' kind of customers among all names.
const CUSTOMER: &str = "Customer";

/// The full name of the customer that the sale is put on. None when the order is held for it.
///
/// Every known buyer is a customer of their own, also where two have one name. Guests, and buyers whose names the shop
/// keeps back, are the generic customer (SHOPIFY.md 2.8).
pub(crate) fn customer(needs: &mut Needs<'_>, order: &Order) -> Option<String> {
    if needs.modes.customers == Mode::Detailed
        && let Some(id) = &order.customer
    {
        let known = match needs.context.facts.document(id).map(|document| document.fact) {
            Some(Fact::Customer(customer)) => Some(customer),
            _ => order.buyer.clone(),
        };
        if let Some(buyer) = known.filter(|buyer| !names::of_customer(buyer).is_empty()) {
            return named(needs, id, &buyer);
        }
    }
    generic_customer(needs)
}

/// The full name of the generic customer. None when the order is held for it.
pub(crate) fn generic_customer(needs: &mut Needs<'_>) -> Option<String> {
    needs.because(Why::GenericCustomer);
    let name = &needs.context.mapping.customers.generic;
    let names = beside_others(needs, fixed(name, limits::CUSTOMER_NAME));
    let want = want(EntryKey::new("customer", "generic"), needs.order.clone(), names);
    let found = needs.object(&want, |_, name| {
        Body::Customer(Box::new(CustomerAdd { name: name.to_owned(), ..CustomerAdd::default() }))
    })?;
    Some(found.name)
}

/// The full name of the customer that a known buyer is. None when what needs it is held for it.
pub(crate) fn named(needs: &mut Needs<'_>, id: &DocumentId, buyer: &Customer) -> Option<String> {
    let wanted = names::of_customer(buyer);
    let names = beside_others(needs, names::candidates(&wanted, id, limits::CUSTOMER_NAME));
    let mut want = want(EntryKey::new("customer", id.as_str()), id.clone(), names);
    want.mark = buyer.email.as_deref();
    Some(needs.object(&want, |needs, name| Body::Customer(Box::new(form(needs, name, buyer))))?.name)
}

/// The names, with one that marks the customer where a vendor, employee or other name has the first: all of them share one
/// list of names (PROTOCOL.md e), and often they are the same person, so the name stays readable.
fn beside_others(needs: &Needs<'_>, mut names: Vec<String>) -> Vec<String> {
    let first = names.first().and_then(|name| needs.context.lists.named(NameSpace::Name, name));
    if let Some(other) = first.filter(|object| object.kind != CUSTOMER) {
        names.insert(1, names::with_suffix(&other.full_name, "C", limits::CUSTOMER_NAME));
    }
    names
}

fn want<'w>(key: EntryKey, document: DocumentId, names: Vec<String>) -> Want<'w> {
    Want {
        key,
        document,
        kind: EntryKind::Customer,
        space: NameSpace::Name,
        mark: None,
        names,
        kinds: &[CUSTOMER],
        step_aside: true,
    }
}

fn form(needs: &Needs<'_>, name: &str, buyer: &Customer) -> CustomerAdd {
    CustomerAdd {
        name: name.to_owned(),
        company_name: optional(buyer.company.as_deref(), limits::CUSTOMER_NAME),
        first_name: optional(buyer.first_name.as_deref(), limits::FIRST_NAME),
        last_name: optional(buyer.last_name.as_deref(), limits::LAST_NAME),
        bill_address: buyer.address.as_ref().and_then(address),
        phone: optional(buyer.phone.as_deref(), limits::PHONE),
        email: optional(buyer.email.as_deref(), limits::EMAIL),
        sales_tax_code_ref: buyer.tax_exempt.then(|| tax_code(needs, &needs.context.mapping.tax.exempt_code)).flatten(),
        ..CustomerAdd::default()
    }
}

/// The sales-tax code, where the company file has it: without it every line is untaxed anyway (PROTOCOL.md d).
pub(crate) fn tax_code(needs: &Needs<'_>, code: &str) -> Option<Ref> {
    needs.context.lists.named(NameSpace::SalesTaxCode, code).map(|found| Ref::name(found.full_name))
}

/// The text as a field of `max` characters holds it; none where nothing is left.
pub(crate) fn optional(value: Option<&str>, max: usize) -> Option<String> {
    value.map(|value| text::fit(value, max)).filter(|value| !value.is_empty())
}

/// The address as QuickBooks holds it; none where every part is empty.
pub(crate) fn address(address: &Address) -> Option<qbxml::Address> {
    let company = if address.company == address.name { "" } else { &address.company };
    let mut lines = [address.name.as_str(), company, &address.line1, &address.line2]
        .into_iter()
        .filter_map(|line| optional(Some(line), limits::ADDRESS_LINE));
    let made = qbxml::Address {
        addr1: lines.next(),
        addr2: lines.next(),
        addr3: lines.next(),
        addr4: lines.next(),
        city: optional(Some(&address.city), limits::CITY),
        state: optional(Some(&address.state), limits::STATE),
        postal_code: optional(Some(&address.postal_code), limits::POSTAL_CODE),
        country: optional(Some(&address.country), limits::COUNTRY),
        ..qbxml::Address::default()
    };
    (made != qbxml::Address::default()).then_some(made)
}
