//! Inventory sites: what is where, and transfers between them (PROTOCOL.md d; Enterprise with advanced inventory).

use std::collections::VecDeque;

use rust_decimal::Decimal;

use super::books::{Body, Books, Line, number, reference_in};
use super::ids::ListId;
use super::kinds::Space;
use super::query::{Found, Iterators, chosen as named, page};
use super::references::told;
use super::status::Status;
use super::stock::StockMove;
use super::transactions::Draft;
use super::xml::Element;

/// Where everything goes that names no site.
pub(crate) const DEFAULT_SITE: &str = "Unspecified Site";

/// The site that everything goes to that names none; `None` in a company without sites.
pub(crate) fn default(books: &Books) -> Option<ListId> {
    books.find(Space::Sites, DEFAULT_SITE).map(|site| site.id.clone())
}

/// The site that a line, or a form without sites on its lines, moves stock at.
pub(crate) fn chosen(books: &Books, fields: &[Element]) -> Option<ListId> {
    reference_in(fields, "InventorySiteRef").or_else(|| default(books))
}

/// `TransferInventory`: what leaves one site arrives at the other; the books do not change.
pub(crate) fn book_transfer(books: &Books, draft: &Draft) -> Result<Body, Status> {
    let site = |name: &str| {
        let missing = || Status::new(3150, format!("There is a missing element: \"{name}\"."));
        draft.reference(name).ok_or_else(missing)
    };
    let (from, to) = (site("FromInventorySiteRef")?, site("ToInventorySiteRef")?);
    if from == to {
        let why = "The inventory must be transferred to another site.";
        return Err(Status::rule("ToInventorySiteRef", books.full_name(&to), why));
    }
    let mut body = Body::default();
    for line in &draft.lines {
        let item = reference_in(&line.fields, "ItemRef").and_then(|id| books.lists.get(&id));
        let Some(item) = item.filter(|item| item.info.is_stocked()) else {
            return Err(Status::new(3280, "The item of an inventory transfer must be an inventory item."));
        };
        let quantity = line.decimal("QuantityToTransfer").or_else(|| line.decimal("QuantityTransferred"));
        let quantity = quantity.unwrap_or_default();
        for (site, quantity) in [(&from, -quantity), (&to, quantity)] {
            let change = StockMove::new(item.id.clone(), quantity, Decimal::ZERO);
            body.moves.push(StockMove { site: Some(site.clone()), ..change });
        }
        let mut fields = line.fields.clone();
        fields.retain(|field| !matches!(field.name.as_str(), "QuantityToTransfer" | "QuantityTransferred"));
        fields.push(Element::leaf("QuantityTransferred", number(quantity)));
        body.lines.push(Line::of(line, &fields));
    }
    Ok(body)
}

/// `ItemSitesQuery`: one row for each item at each site where there is or was any.
pub(crate) fn query(books: &Books, iterators: &mut Iterators, request: &Element) -> Result<Found, Status> {
    for absent in ["ListID", "ItemTypeFilter"] {
        if request.child(absent).is_some() {
            return Err(Status::feature_off(absent));
        }
    }
    let filter = request.child("ItemSiteFilter");
    let wanted = |name: &str, space| filter?.child(name).map(|filter| named(books, space, filter));
    let (items, sites) = (wanted("ItemFilter", Space::Items), wanted("SiteFilter", Space::Sites));
    let admits = |ids: &Option<Vec<ListId>>, id: &ListId| ids.as_ref().is_none_or(|ids| ids.contains(id));
    let mut rows: VecDeque<String> = VecDeque::new();
    if request.attribute("iterator") != Some("Continue") {
        let found = books.at_sites.keys().filter(|(item, site)| admits(&items, item) && admits(&sites, site));
        rows.extend(found.map(|(item, site)| format!("{item} {site}")));
    }
    page(request, iterators, rows, &[], |row| {
        let (item, site) = row.split_once(' ')?;
        let (item, site) = (ListId::new(item), ListId::new(site));
        let name = format!("{}Ref", books.lists.get(&item)?.info.name);
        let quantity = books.at_sites.get(&(item.clone(), site.clone())).copied().unwrap_or_default();
        let fields = vec![
            told(books, &name, &item),
            told(books, "InventorySiteRef", &site),
            Element::leaf("QuantityOnHand", number(quantity)),
        ];
        Some(Element::group("ItemSitesRet", fields))
    })
}
