//! Names and items that a company has from the start, by their number: the set-up keeps the number only, so that a
//! file of many thousands is made and opened at once.

use super::setup::{AccountSetup, Setup};
use super::xml::Element;

const FIRST: [&str; 20] = [
    "Ada", "Ben", "Carla", "David", "Ella", "Frank", "Grace", "Hank", "Irene", "Jack", "Karen", "Luis", "Maya", "Noah",
    "Olga", "Paul", "Quinn", "Rosa", "Søren", "Zoë",
];
const LAST: [&str; 20] = [
    "Adams", "Brown", "Clark", "Díaz", "Evans", "Foster", "Garcia", "Hill", "Irving", "Jones", "Kelly", "Lopez",
    "Müller", "Nguyen", "O'Neil", "Parker", "Quigley", "Reed", "Smith", "Young",
];
const TRADE: [&str; 10] = [
    "Supply Co.",
    "& Sons",
    "Wholesale",
    "Imports",
    "Textiles",
    "Trading",
    "Paper Goods",
    "Ceramics",
    "Leather",
    "Tea",
];
const GOODS: [&str; 10] =
    ["Mug", "Scarf", "Candle", "Notebook", "Tote Bag", "Lamp", "Blanket", "Vase", "Apron", "Soap"];

/// The elements, as [`super::setup::elements`] has them.
pub(crate) fn elements(setup: &Setup) -> Vec<(&'static str, Element)> {
    let crowd = setup.crowd;
    let mut elements = Vec::new();
    let of = |words: &[&'static str], number: u32| -> &'static str { words[number as usize % words.len()] };
    for number in 0..crowd.customers {
        let (first, last) = (of(&FIRST, number), of(&LAST, number / 20));
        let fields = vec![
            Element::leaf("Name", format!("{first} {last} {:05}", number + 1)),
            Element::leaf("FirstName", first),
            Element::leaf("LastName", last),
            Element::leaf("Email", format!("customer{}@example.com", number + 1)),
        ];
        elements.push(("Customer", Element::group("CustomerAdd", fields)));
    }
    for number in 0..crowd.vendors {
        let name = format!("{} {} {:04}", of(&LAST, number), of(&TRADE, number / 20), number + 1);
        let fields = vec![Element::leaf("Name", &name), Element::leaf("CompanyName", name)];
        elements.push(("Vendor", Element::group("VendorAdd", fields)));
    }
    let account = |found: Option<&AccountSetup>, field: &str| {
        let name = found.map(AccountSetup::full_name).unwrap_or_default();
        Element::group(field, vec![Element::leaf("FullName", name)])
    };
    let special = |name: &str| setup.accounts.iter().find(|account| account.special.as_deref() == Some(name));
    let sales = setup.accounts.iter().find(|account| {
        account.account_type == "Income" && account.active && account.special.is_none() && account.parent.is_none()
    });
    for number in 0..crowd.items {
        let goods = of(&GOODS, number);
        let fields = vec![
            Element::leaf("Name", format!("{goods} {:05}", number + 1)),
            Element::leaf("SalesDesc", goods),
            Element::leaf("SalesPrice", format!("{}.50", 10 + number % 90)),
            account(sales, "IncomeAccountRef"),
            Element::leaf("PurchaseCost", format!("{}.25", 4 + number % 40)),
            account(special("CostOfGoodsSold"), "COGSAccountRef"),
            account(special("InventoryAssets"), "AssetAccountRef"),
        ];
        elements.push(("ItemInventory", Element::group("ItemInventoryAdd", fields)));
    }
    elements
}
