//! Names, numbers and notes that we give to things in QuickBooks.

use qbxml::{limits, text};

use crate::{
    document::{ContentHash, Customer, DocumentId, Order, SalesDay, Variant},
    entry::EntryKey,
};

/// Characters of an id that tell two things of one name apart.
const SUFFIX_LENGTH: usize = 6;
/// The same, where the short ones are alike.
const LONGEST_SUFFIX: usize = 16;

/// The names to try for something called `wanted`, the first that is free being the one. All but the first end in a part
/// of the id, so that they stay the same whenever they are made. A name that had to be cut is not tried without it,
/// because what was cut off may have been the difference (PROTOCOL.md e).
pub(crate) fn candidates(wanted: &str, id: &DocumentId, max: usize) -> Vec<String> {
    let whole = text::name(wanted, usize::MAX);
    let plain = text::name(wanted, max);
    let mut names = Vec::new();
    if plain.is_empty() {
        return names;
    }
    if plain == whole {
        names.push(plain);
    }
    names.push(with_suffix(&whole, &suffix(id), max));
    // In a large shop two of one name may have ids that end alike.
    names.push(with_suffix(&whole, &letters(id), max));
    names
}

/// `name` and, in parentheses, what tells it from others, within `max` characters.
pub(crate) fn with_suffix(name: &str, suffix: &str, max: usize) -> String {
    let room = max.saturating_sub(suffix.chars().count() + 3);
    format!("{} ({suffix})", text::name(name, room))
}

/// The end of the id.
fn suffix(id: &DocumentId) -> String {
    end(&letters(id), SUFFIX_LENGTH)
}

/// A few letters that tell things of one name apart, whatever the id ends in.
pub(crate) fn mark(id: &DocumentId) -> String {
    ContentHash::of(id.as_str().as_bytes()).as_str().chars().take(SUFFIX_LENGTH).collect()
}

/// The letters and digits of the id, as many as leave room for a name.
fn letters(id: &DocumentId) -> String {
    let letters: String = id.short().chars().filter(char::is_ascii_alphanumeric).collect();
    let hash = || ContentHash::of(id.as_str().as_bytes()).as_str().to_owned();
    end(&if letters.is_empty() { hash() } else { letters }, LONGEST_SUFFIX)
}

fn end(text: &str, length: usize) -> String {
    text.chars().skip(text.chars().count().saturating_sub(length)).collect()
}

/// What a buyer is called; empty when the source keeps it back.
pub(crate) fn of_customer(customer: &Customer) -> String {
    let given = [&customer.first_name, &customer.last_name].map(|part| part.as_deref().unwrap_or_default().trim());
    [customer.display_name.trim().to_owned(), given.join(" "), customer.company.clone().unwrap_or_default()]
        .into_iter()
        .map(|name| text::name(&name, usize::MAX))
        .find(|name| !name.is_empty())
        .unwrap_or_default()
}

/// What an item for a variant is called: its stock keeping unit, or its titles where it has none.
pub(crate) fn of_variant(variant: &Variant) -> String {
    match variant.sku.as_deref().map(str::trim) {
        Some(sku) if !sku.is_empty() => sku.to_owned(),
        _ => description(variant),
    }
}

/// The titles of a variant.
pub(crate) fn description(variant: &Variant) -> String {
    match variant.variant_title.as_deref().map(str::trim) {
        Some(title) if !title.is_empty() => format!("{} - {title}", variant.product_title.trim()),
        _ => variant.product_title.trim().to_owned(),
    }
}

/// The reference number of an order: its name without `#`, and of a name that is too long its end, which is what differs
/// between orders.
pub(crate) fn reference(order: &Order, id: &DocumentId) -> String {
    let last = |text: &str| {
        let letters: Vec<char> = text.chars().collect();
        let end: String = letters[letters.len().saturating_sub(limits::REF_NUMBER)..].iter().collect();
        end.trim_start_matches(|letter: char| !letter.is_alphanumeric()).to_owned()
    };
    let name: String = text::fit(&order.name, limits::MEMO)
        .chars()
        .filter(|letter| *letter != '#' && !letter.is_whitespace())
        .collect();
    if name.is_empty() { last(id.short()) } else { last(&name) }
}

/// The reference number of a further form of an order: the order's, with a mark and a number.
pub(crate) fn reference_of_part(order: &Order, id: &DocumentId, mark: &str, number: usize) -> String {
    let suffix = format!("-{mark}{number}");
    let whole: Vec<char> = reference(order, id).chars().collect();
    let room = limits::REF_NUMBER.saturating_sub(suffix.chars().count());
    let end: String = whole[whole.len().saturating_sub(room)..].iter().collect();
    format!("{end}{suffix}")
}

/// The memo of a transaction: which order it is, and the tag by which it is found again (DESIGN.md 4).
pub(crate) fn memo(order: &Order, key: &EntryKey) -> String {
    let what = text::fit(&format!("Shopify {} {}", order.name, order.channel), limits::MEMO / 2);
    format!("{what} {}", key.tag())
}

/// The reference number of a day's entry: `D261120-1`, with a letter from the second entry of the day on.
pub(crate) fn reference_of_day(day: &SalesDay, entry: usize) -> String {
    let number = format!("D{}-{}", day.day.date.strftime("%y%m%d"), day.place);
    let letter = ('b'..='z').nth(entry.saturating_sub(1)).filter(|_| entry > 0);
    number.chars().chain(letter).take(limits::REF_NUMBER).collect()
}

/// The memo of a day's entry: which day it is, how many parts it has, a fingerprint of them, and the tag by which it is
/// found again (PRODUCT.md 5.3, DESIGN.md 4).
pub(crate) fn memo_of_day(title: &str, parts: usize, fingerprint: &ContentHash, key: &EntryKey) -> String {
    let what = text::fit(&format!("Shopify {title}"), limits::MEMO / 2);
    let mark: String = fingerprint.as_str().chars().take(8).collect();
    format!("{what} {parts} {mark} {}", key.tag())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> DocumentId {
        DocumentId::new(format!("gid://shopify/ProductVariant/{number}"))
    }

    #[test]
    fn a_name_that_fits_is_tried_as_it_is_first() {
        assert_eq!(
            candidates("Blue mug", &id(45_000_111), 31),
            ["Blue mug", "Blue mug (000111)", "Blue mug (45000111)"]
        );
    }

    #[test]
    fn two_of_one_name_whose_ids_end_alike_get_names_of_their_own() {
        let [one, other] = [7_000_123_456, 8_000_123_456].map(|number| candidates("Ada Davis", &id(number), 41));
        assert_eq!(one[..2], other[..2]);
        assert_ne!(one[2], other[2]);
    }

    #[test]
    fn two_names_that_differ_only_behind_the_cut_stay_two() {
        let wanted = "A very long title of a product that ends in red";
        let [one, other] = [1, 2].map(|number| candidates(wanted, &id(number), 31));
        assert!(one.iter().all(|name| !other.contains(name)), "{one:?} {other:?}");
        assert!(one.iter().all(|name| name.chars().count() <= 31));
    }

    #[test]
    fn a_name_of_nothing_has_no_candidates() {
        assert!(candidates(" \t ", &id(1), 31).is_empty());
    }
}
