//! The company file: what QuickBooks says of itself, and whether this is the file that the installation is paired with.

use books::{CompanyFile, Currency};
use jiff::{Timestamp, civil::Date};
use qbxml::{
    Answer, AssignToObject, Capacity, Class, CompanyQuery, DataExtAdd, DataExtDefAdd, DataExtMod, DataExtTarget,
    DataExtType, FileMode, Guid, HostQuery, IncludeListMetaData, Object, OrderFilter, OtherDataExtType,
    PreferencesQuery, Request, SalesOrderQuery, StatusCode, TxnSelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::messages::Message;

/// The OwnerID under which Tillbridge keeps private data in company files; the same for ever, in the .qwc file too
/// (PROTOCOL.md b).
pub const OWNER_ID: Uuid = Uuid::from_u128(0x6f1c_52be_9d0a_4c1e_8f3e_21b7_a94d_5c60);

/// Name of the private data that holds the installation's id (31 characters at most).
const PAIRING_FIELD: &str = "TillbridgeInstallation";

/// Name of the private data that counts the sessions in which something was posted.
const SESSIONS_FIELD: &str = "TillbridgeSessions";

/// This installation: made once, at its first start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// The id that is kept in the company file.
    pub id: Uuid,
    /// The .qwc file's FileID, one per company file and stable for ever (PROTOCOL.md b).
    pub file_id: Uuid,
}

/// The company file that this installation belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    /// Its path, as QuickBooks gave it.
    pub file_name: String,
    /// When it was paired.
    pub paired_at: Timestamp,
}

/// What QuickBooks said of itself and of the open company file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Company {
    /// Path of the file.
    pub file_name: String,
    /// The company's name.
    pub name: String,
    /// Product name with year and edition.
    pub product: String,
    /// Release, such as `34.0`.
    pub release: String,
    /// Which edition of the product it is, where its name says so.
    #[serde(default)]
    pub edition: Option<Edition>,
    /// `US`, `CA`, `UK` or `AU`: the country that the product is made for.
    #[serde(default)]
    pub country: Option<String>,
    /// The versions of qbXML that it takes.
    #[serde(default)]
    pub qbxml_versions: Vec<String>,
    /// Whether QuickBooks was opened for us alone, without anybody signed in at its window.
    #[serde(default)]
    pub automatic_login: Option<bool>,
    /// Whether one user at a time can work with the file now, or several.
    #[serde(default)]
    pub single_user: Option<bool>,
    /// Whether it is one of the sample files that come with QuickBooks.
    #[serde(default)]
    pub sample: bool,
    /// Whether QuickBooks charges sales tax.
    pub sales_tax: bool,
    /// The most common sales-tax item, as the preferences name it.
    #[serde(default)]
    pub sales_tax_item: Option<String>,
    /// Whether stock is kept by inventory site, where QuickBooks says so.
    #[serde(default)]
    pub inventory_sites: Option<bool>,
    /// Whether classes are tracked.
    pub classes: bool,
    /// The last day of the closed period.
    pub closing_date: Option<Date>,
    /// Whether several currencies are on.
    pub multi_currency: bool,
    /// QuickBooks' name of the currency of the company's books; told only with several currencies on.
    #[serde(default)]
    pub home_currency: Option<String>,
    /// Whether this edition has sales orders, where it said so.
    #[serde(default)]
    pub sales_orders: Option<bool>,
    /// Most names that the file can hold, where QuickBooks says so.
    pub names_ceiling: Option<u32>,
    /// Most items that the file can hold, where QuickBooks says so.
    pub items_ceiling: Option<u32>,
    /// Most accounts that the file can hold, where QuickBooks says so.
    #[serde(default)]
    pub accounts_ceiling: Option<u32>,
    /// Most classes that the file can hold, where QuickBooks says so.
    #[serde(default)]
    pub classes_ceiling: Option<u32>,
    /// Most payment terms that the file can hold, where QuickBooks says so.
    #[serde(default)]
    pub terms_ceiling: Option<u32>,
    /// Most payment methods that the file can hold, where QuickBooks says so.
    #[serde(default)]
    pub payment_methods_ceiling: Option<u32>,
    /// The installation whose id the file carries.
    pub paired_with: Option<String>,
    /// In how many sessions something was posted to the file, by its own count.
    pub sessions: Option<u32>,
}

/// An edition of QuickBooks Desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// Pro, and Pro Plus.
    Pro,
    /// Premier, and Premier Plus.
    Premier,
    /// Premier for accountants.
    Accountant,
    /// Enterprise Solutions, the accountants' one too: its lists hold more.
    Enterprise,
}

impl Edition {
    /// The edition that a product's name tells.
    pub fn of(product: &str) -> Option<Self> {
        let product = product.to_lowercase();
        let words: Vec<&str> = product.split(|letter: char| !letter.is_alphanumeric()).collect();
        let editions = [
            ("enterprise", Self::Enterprise),
            ("accountant", Self::Accountant),
            ("premier", Self::Premier),
            ("pro", Self::Pro),
        ];
        editions.into_iter().find(|(word, _)| words.contains(word)).map(|(_, edition)| edition)
    }

    /// Its name, which is the same in every language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pro => "Pro",
            Self::Premier => "Premier",
            Self::Accountant => "Accountant",
            Self::Enterprise => "Enterprise",
        }
    }
}

/// The questions asked at the start of every session (PROTOCOL.md, rule 12).
pub fn questions() -> Vec<Request> {
    vec![
        HostQuery {
            include_list_meta_data: Some(IncludeListMetaData { include_max_capacity: true }),
            ..HostQuery::default()
        }
        .into(),
        CompanyQuery { owner_id: vec![Guid::from(OWNER_ID)], ..CompanyQuery::default() }.into(),
        PreferencesQuery::default().into(),
        SalesOrderQuery {
            select: TxnSelect::Filter(OrderFilter { max_returned: Some(1), ..OrderFilter::default() }),
            ..SalesOrderQuery::default()
        }
        .into(),
    ]
}

/// Currencies by the names of QuickBooks' own list, where they are those of a shop's books.
const CURRENCIES: [(&str, &str); 8] = [
    ("US Dollar", "USD"),
    ("Canadian Dollar", "CAD"),
    ("British Pound Sterling", "GBP"),
    ("Euro", "EUR"),
    ("Australian Dollar", "AUD"),
    ("New Zealand Dollar", "NZD"),
    ("Norwegian Krone", "NOK"),
    ("Swedish Krona", "SEK"),
];

/// The requests that leave the installation's id in the company file.
pub fn pairing_requests(installation: &Installation) -> Vec<Request> {
    let define = |name: &str| {
        Request::from(DataExtDefAdd {
            owner_id: Guid::from(OWNER_ID),
            data_ext_name: name.to_owned(),
            data_ext_type: DataExtType::Str255Type,
            assign_to_object: vec![AssignToObject::Company],
            ..DataExtDefAdd::default()
        })
    };
    vec![define(PAIRING_FIELD), define(SESSIONS_FIELD), private_data(PAIRING_FIELD, installation.id.to_string(), true)]
}

fn private_data(name: &str, value: String, new: bool) -> Request {
    let (owner_id, data_ext_name) = (Guid::from(OWNER_ID), name.to_owned());
    let target = DataExtTarget::Other(OtherDataExtType::Company);
    if new {
        DataExtAdd { owner_id, data_ext_name, target, data_ext_value: value }.into()
    } else {
        DataExtMod { owner_id, data_ext_name, target, data_ext_value: value }.into()
    }
}

impl Company {
    /// What the answers to [`questions`] come to.
    pub fn from_answers(file_name: &str, answers: Vec<Answer>) -> Self {
        let orders = answers.iter().find(|answer| answer.head.name == "SalesOrderQuery");
        let sales_orders = orders.and_then(|answer| match (answer.head.status.class(), answer.head.status.code) {
            (Class::Fine | Class::Empty, _) => Some(true),
            (_, StatusCode::FeatureOff | StatusCode::RequestNotSupported) => Some(false),
            _ => None,
        });
        let mut company = Self { file_name: file_name.to_owned(), sales_orders, ..Self::default() };
        for object in answers.into_iter().flat_map(|answer| answer.objects) {
            match object {
                Object::Host(host) => {
                    company.product = host.product_name.unwrap_or_default();
                    company.edition = Edition::of(&company.product);
                    company.country = host.country;
                    company.qbxml_versions = host.supported_qbxml_version;
                    company.automatic_login = host.is_automatic_login;
                    company.single_user = host.qb_file_mode.map(|mode| mode == FileMode::SingleUser);
                    company.release =
                        [host.major_version, host.minor_version].into_iter().flatten().collect::<Vec<_>>().join(".");
                    if let Some(lists) = host.list_meta_data {
                        let most = |list: Option<Capacity>| list.and_then(|list| list.max_capacity);
                        company.names_ceiling = most(lists.entity_meta_data);
                        company.items_ceiling = most(lists.item_meta_data);
                        company.accounts_ceiling = most(lists.account_meta_data);
                        company.classes_ceiling = most(lists.class_meta_data);
                        company.terms_ceiling = most(lists.terms_meta_data);
                        company.payment_methods_ceiling = most(lists.payment_method_meta_data);
                    }
                }
                Object::Company(ret) => {
                    company.name = ret.company_name.unwrap_or_default();
                    company.sample = ret.is_sample_company.unwrap_or_default();
                    for data in ret.data_ext_ret {
                        match data.data_ext_name.as_deref() {
                            Some(PAIRING_FIELD) => company.paired_with = data.data_ext_value,
                            Some(SESSIONS_FIELD) => {
                                company.sessions = data.data_ext_value.and_then(|count| count.parse().ok());
                            }
                            _ => {}
                        }
                    }
                }
                Object::Preferences(preferences) => {
                    company.sales_tax = preferences.sales_tax_preferences.is_some();
                    company.sales_tax_item = preferences
                        .sales_tax_preferences
                        .and_then(|tax| tax.default_item_sales_tax_ref)
                        .and_then(|item| item.full_name);
                    company.inventory_sites = preferences
                        .multi_location_inventory_preferences
                        .and_then(|sites| sites.is_multi_location_inventory_enabled);
                    if let Some(accounting) = preferences.accounting_preferences {
                        company.classes = accounting.is_using_class_tracking.unwrap_or_default();
                        company.closing_date = accounting.closing_date;
                    }
                    if let Some(currencies) = preferences.multi_currency_preferences {
                        company.multi_currency = currencies.is_multi_currency_on.unwrap_or_default();
                        company.home_currency = currencies.home_currency_ref.and_then(|currency| currency.full_name);
                    }
                }
                _ => {}
            }
        }
        company
    }

    /// What of it stays the same from session to session while nobody changes its settings.
    #[must_use]
    pub fn likeness(&self) -> Self {
        Self { sessions: None, automatic_login: None, single_user: None, ..self.clone() }
    }

    /// The year of the product, by its release: 34.0 is 2024.
    pub fn year(&self) -> Option<u16> {
        let major: u16 = self.release.split('.').next()?.parse().ok()?;
        (20..90).contains(&major).then_some(1990 + major)
    }

    /// The currency of the company's books, where QuickBooks tells it by a name that is known here.
    pub fn currency(&self) -> Option<Currency> {
        let name = self.home_currency.as_ref()?;
        CURRENCIES.iter().find(|(known, _)| known == name).map(|(_, code)| Currency::new(code))
    }

    /// What of it a mapping goes by. What QuickBooks did not say this time is as it was `before`.
    pub fn for_mapping(&self, before: &CompanyFile) -> CompanyFile {
        CompanyFile {
            closing_date: self.closing_date,
            sales_orders: self.sales_orders.unwrap_or(before.sales_orders),
            multicurrency: self.multi_currency,
            home_currency: self.currency(),
        }
    }

    /// Whether this installation may work with the file, must pair with it first, or must leave it alone.
    pub fn judge(&self, installation: &Installation, pairing: Option<&Pairing>, configured: Option<&str>) -> Verdict {
        let ours = installation.id.to_string();
        match (pairing, self.paired_with.as_deref()) {
            (None, None) => Verdict::Pair,
            (None, Some(id)) if id == ours => Verdict::Adopt,
            (None, Some(_)) => Verdict::Refuse(Message::new("company.paired_elsewhere").with("file", &self.file_name)),
            (Some(pairing), Some(id)) if id == ours && same_file(&pairing.file_name, &self.file_name) => Verdict::Work,
            // It carries our id and is where the merchant says that it is now.
            (Some(_), Some(id)) if id == ours && configured.is_some_and(|path| same_file(path, &self.file_name)) => {
                Verdict::Adopt
            }
            (Some(pairing), Some(id)) if id == ours => Verdict::Refuse(
                Message::new("company.moved").with("file", &self.file_name).with("expected", &pairing.file_name),
            ),
            (Some(pairing), _) => Verdict::Refuse(
                Message::new("company.wrong_file").with("file", &self.file_name).with("expected", &pairing.file_name),
            ),
        }
    }

    /// The request that has the file count one more session in which something is posted.
    ///
    /// A count in the file that is ahead of ours tells that our own data is older than the file, as after a backup of it
    /// was restored; then nothing is posted without looking for it first (DESIGN.md 4).
    pub fn count_session(&self, count: u32) -> Request {
        private_data(SESSIONS_FIELD, count.to_string(), self.sessions.is_none())
    }

    /// What in QuickBooks' settings keeps anything from being posted.
    pub fn obstacle(&self) -> Option<Message> {
        (!self.sales_tax).then(|| Message::new("company.sales_tax_off"))
    }
}

/// Windows compares paths without regard to case.
pub fn same_file(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// What may be done with a company file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the one: work.
    Work,
    /// It is nobody's yet: leave our id in it.
    Pair,
    /// It carries our id, which is to be noted down and then worked with.
    Adopt,
    /// It is not ours: leave it alone, and say this.
    Refuse(Message),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installation() -> Installation {
        Installation { id: Uuid::from_u128(1), file_id: Uuid::from_u128(2) }
    }

    fn company(file: &str, paired_with: Option<Uuid>) -> Company {
        Company { file_name: file.into(), paired_with: paired_with.map(|id| id.to_string()), ..Company::default() }
    }

    fn pairing(file: &str) -> Pairing {
        Pairing { file_name: file.into(), paired_at: Timestamp::UNIX_EPOCH }
    }

    fn code(verdict: Verdict) -> String {
        match verdict {
            Verdict::Refuse(message) => message.code,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_currency_of_the_books_is_told_by_its_code() {
        let before = CompanyFile { sales_orders: true, ..CompanyFile::default() };
        let company = Company { home_currency: Some("US Dollar".into()), ..Company::default() };
        let facts = company.for_mapping(&before);
        assert_eq!(facts.home_currency, Some(Currency::new("USD")));
        assert!(facts.sales_orders, "what QuickBooks did not say stays as it was");
        let company = Company { home_currency: Some("Shell Money".into()), ..Company::default() };
        assert_eq!(company.for_mapping(&before).home_currency, None);
    }

    #[test]
    fn editions_and_years_are_told_by_product_and_release() {
        let products = [
            ("QuickBooks Pro 2024", Some(Edition::Pro)),
            ("QuickBooks Desktop Pro Plus 2024", Some(Edition::Pro)),
            ("QuickBooks Premier Edition 2023", Some(Edition::Premier)),
            ("QuickBooks Premier: Accountant Edition 2024", Some(Edition::Accountant)),
            ("QuickBooks Enterprise Solutions: Accountant 24.0", Some(Edition::Enterprise)),
            ("QuickBooks Professional Bookkeeper", None),
            ("", None),
        ];
        for (product, edition) in products {
            assert_eq!(Edition::of(product), edition, "{product}");
        }
        let year = |release: &str| Company { release: release.into(), ..Company::default() }.year();
        assert_eq!(
            [year("34.0"), year("33.0"), year("24.0"), year(""), year("x.1")],
            [Some(2024), Some(2023), Some(2014), None, None]
        );
    }

    #[test]
    fn only_the_paired_company_file_is_worked_with() {
        let us = installation();
        let ours = Some(us.id);
        let judge =
            |company: Company, pairing: Option<Pairing>| code(company.judge(&us, pairing.as_ref(), Some("moved.qbw")));
        assert_eq!(judge(company("a.qbw", None), None), "Pair");
        assert_eq!(judge(company("a.qbw", ours), None), "Adopt");
        assert_eq!(judge(company("a.qbw", Some(Uuid::from_u128(9))), None), "company.paired_elsewhere");
        assert_eq!(judge(company("A.QBW", ours), Some(pairing("a.qbw"))), "Work");
        assert_eq!(judge(company("b.qbw", ours), Some(pairing("a.qbw"))), "company.moved");
        assert_eq!(judge(company("moved.qbw", ours), Some(pairing("a.qbw"))), "Adopt");
        assert_eq!(judge(company("a.qbw", None), Some(pairing("a.qbw"))), "company.wrong_file");
        assert_eq!(judge(company("a.qbw", Some(Uuid::from_u128(9))), Some(pairing("a.qbw"))), "company.wrong_file");
    }
}
