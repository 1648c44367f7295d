//! `ListMerge`: one list element goes up in another, and everything that named it names the other.

use super::Company;
use super::books::{Books, ListObject, Txn};
use super::ids::ListId;
use super::lists;
use super::packed::Packed;
use super::schema::Schema;
use super::status::{HResultError, Status};
use super::xml::Element;

impl Company {
    /// Merges one list element into another of the same kind, as somebody at the QuickBooks window does: `list` is
    /// qbXML's name of the list, such as `Customer`; `from` and `to` are full names. Gives the answer document of the
    /// `ListMergeRq`: its status says whether QuickBooks took it.
    ///
    /// # Errors
    /// As [`Company::process`]; a list that can't be merged, such as `PaymentMethod`, is refused so.
    pub fn merge(&mut self, list: &str, from: &str, to: &str) -> Result<String, HResultError> {
        let side = |name: &str, full_name: &str| {
            let object =
                self.books.lists.values().find(|object| object.info.name == list && object.full_name == full_name);
            let (id, sequence) = object.map_or(("", 0), |object| (object.id.as_str(), object.sequence));
            format!("<{name}><ListID>{id}</ListID><EditSequence>{sequence}</EditSequence></{name}>")
        };
        let (from, to) = (side("MergeFrom", from), side("MergeTo", to));
        self.process(&format!(
            "<?xml version=\"1.0\"?><?qbxml version=\"13.0\"?><QBXML><QBXMLMsgsRq onError=\"stopOnError\"><ListMergeRq>\
             <ListMergeType>{list}</ListMergeType>{from}{to}</ListMergeRq></QBXMLMsgsRq></QBXML>"
        ))
    }
}

/// Carries a merge out; it can't be undone.
pub(crate) fn merge(books: &mut Books, schema: &Schema, request: &Element) -> Result<Vec<Element>, Status> {
    let kind = request.text_of("ListMergeType").unwrap_or_default();
    let from = named(books, schema, kind, request.child("MergeFrom"))?;
    let to = named(books, schema, kind, request.child("MergeTo"))?;
    let same_type = from.text("AccountType") == to.text("AccountType");
    let nested = to.full_name.to_lowercase().starts_with(&format!("{}:", from.full_name.to_lowercase()));
    let special =
        from.text("SpecialAccountType").is_some() || lists::default_tax_item(books).is_some_and(|item| item == from.id);
    if from.id == to.id || !same_type || nested || special {
        let message = format!("Cannot merge list elements \"{}\" and \"{}\".", from.full_name, to.full_name);
        return Err(Status::new(3170, message));
    }
    let (from_id, to_id) = (from.id.clone(), to.id.clone());
    for child in books.below(&from) {
        let name = format!("{}{}", to.full_name, &books.full_name(&child)[from.full_name.len()..]);
        if books.find(to.info.space, &name).is_some() {
            return Err(Status::name_in_use(&name));
        }
    }
    rename_in_transactions(books, &from_id, &to_id);
    rename_in_lists(books, &from, &to);
    books.remove_list(&from_id);
    let mut kept = books.lists.get(&to_id).cloned().ok_or_else(|| Status::gone(to_id.as_str()))?;
    kept.modified = books.now;
    kept.sequence = books.new_sequence();
    let merged_from = vec![
        Element::leaf("ListID", from_id.as_str()),
        Element::leaf("TimeDeleted", books.time(books.now)),
        Element::leaf("FullName", from.full_name),
    ];
    let merged_to = vec![
        Element::leaf("ListID", to_id.as_str()),
        Element::leaf("TimeCreated", books.time(kept.created)),
        Element::leaf("TimeModified", books.time(kept.modified)),
        Element::leaf("EditSequence", kept.sequence.to_string()),
        Element::leaf("FullName", &kept.full_name),
    ];
    books.put_list(kept);
    Ok(vec![
        Element::leaf("ListMergeType", kind),
        Element::group("MergedFrom", merged_from),
        Element::group("MergedTo", merged_to),
    ])
}

fn named(books: &Books, schema: &Schema, kind: &str, side: Option<&Element>) -> Result<ListObject, Status> {
    let text = |name| side.and_then(|side| side.text_of(name)).unwrap_or_default();
    let id = text("ListID");
    let object = books.lists.get(id).filter(|object| object.info.name == kind).ok_or_else(|| Status::not_found(id))?;
    if text("EditSequence") != object.sequence.to_string() {
        return Err(Status::stale(text("EditSequence"), lists::ret(books, schema, object, &[])));
    }
    Ok(object.clone())
}

/// Looks at every transaction: a merge is rare, and nothing else needs to know which transactions name an element.
fn rename_in_transactions(books: &mut Books, from: &ListId, to: &ListId) {
    let naming: Vec<Txn> = books.txns.values().filter(|txn| names(txn, from)).cloned().collect();
    for mut txn in naming {
        txn.fields = renamed(&txn.fields, from, to);
        txn.body.computed = renamed(&txn.body.computed, from, to);
        for line in &mut txn.body.lines {
            line.fields = renamed(&line.fields, from, to);
        }
        for entry in &mut txn.body.entries {
            let entry_refs = [&mut entry.class, &mut entry.entity, &mut entry.item];
            entry_refs.into_iter().flatten().for_each(|id| replace(id, from, to));
            replace(&mut entry.account, from, to);
        }
        txn.body.moves.iter_mut().for_each(|change| replace(&mut change.item, from, to));
        let discounts =
            txn.body.applications.iter_mut().filter_map(|application| application.discount_account.as_mut());
        discounts.for_each(|id| replace(id, from, to));
        books.put_txn(txn);
    }
}

fn names(txn: &Txn, id: &ListId) -> bool {
    let body = &txn.body;
    let packed = [&txn.fields, &body.computed].into_iter().chain(body.lines.iter().map(|line| &line.fields));
    packed.flat_map(Packed::list_ids).any(|own| own == id.as_str())
        || body.moves.iter().any(|change| change.item == *id)
        || body.entries.iter().any(|entry| {
            entry.account == *id
                || [&entry.class, &entry.entity, &entry.item].into_iter().flatten().any(|own| own == id)
        })
}

fn rename_in_lists(books: &mut Books, from: &ListObject, to: &ListObject) {
    let naming: Vec<ListObject> =
        books.lists.values().filter(|object| mentions(&object.fields, &from.id)).cloned().collect();
    for mut object in naming.into_iter().filter(|object| object.id != from.id) {
        rename(&mut object.fields, &from.id, &to.id);
        if object.parent.as_ref() == Some(&from.id) {
            object.parent = Some(to.id.clone());
            object.full_name = format!("{}:{}", to.full_name, object.text("Name").unwrap_or_default());
        }
        books.put_list(object);
    }
}

fn mentions(fields: &[Element], id: &ListId) -> bool {
    fields.iter().any(|field| (field.name == "ListID" && field.text == id.as_str()) || mentions(&field.children, id))
}

fn renamed(packed: &Packed, from: &ListId, to: &ListId) -> Packed {
    let mut fields = packed.open();
    rename(&mut fields, from, to);
    Packed::of(&fields)
}

fn rename(fields: &mut [Element], from: &ListId, to: &ListId) {
    for field in fields {
        if field.name == "ListID" && field.text == from.as_str() {
            to.as_str().clone_into(&mut field.text);
        }
        rename(&mut field.children, from, to);
    }
}

fn replace(id: &mut ListId, from: &ListId, to: &ListId) {
    if id == from {
        id.clone_from(to);
    }
}
