//! WiX 3's language in the words of wixl 0.101, which knows less of it: what it does not know is taken out of the text and
//! becomes queries on the finished installer.

use roxmltree::{Document, Node};

/// What wixl is given, and what is to be done after it.
#[derive(Debug)]
pub struct ForWixl {
    /// The text that wixl understands.
    pub text: String,
    /// Queries in the installer's own SQL, in their order.
    pub queries: Vec<String>,
}

/// Takes apart what light.exe would have taken whole.
///
/// # Errors
/// The text is no XML.
pub fn for_wixl(wix: &str) -> Result<ForWixl, roxmltree::Error> {
    let document = Document::parse(wix)?;
    let mut queries = Vec::new();
    let mut cuts = Vec::new();
    let mut secure = vec!["WIX_DOWNGRADE_DETECTED".to_owned(), "WIX_UPGRADE_DETECTED".to_owned()];
    let elements = || document.root().descendants().filter(Node::is_element);
    let id = |node: Node| quoted(node.attribute("Id").unwrap_or_default());

    for node in elements() {
        let parent = node.parent_element();
        match node.tag_name().name() {
            "Property" if node.attribute("Secure") == Some("yes") => {
                secure.extend(node.attribute("Id").map(str::to_owned));
                cuts.extend(node.attribute_node("Secure").map(|found| found.range()));
            }
            "MajorUpgrade" => {
                if node.attribute("Schedule") == Some("afterInstallInitialize") {
                    queries.push(
                        "UPDATE InstallExecuteSequence SET Sequence=1501 WHERE Action='RemoveExistingProducts'".into(),
                    );
                }
                if let (Some("yes"), Some(product)) = (node.attribute("AllowSameVersionUpgrades"), parent) {
                    let word = |name| product.attribute(name).unwrap_or_default();
                    queries.push("DELETE FROM Upgrade WHERE ActionProperty='WIX_UPGRADE_DETECTED'".into());
                    // 1 says that features keep their state, 512 that the newest version found may be this one.
                    queries.push(format!(
                        "INSERT INTO Upgrade (UpgradeCode, VersionMax, Attributes, ActionProperty) \
                         VALUES ({}, {}, 513, 'WIX_UPGRADE_DETECTED')",
                        quoted(&format!("{{{}}}", word("UpgradeCode").to_uppercase())),
                        quoted(word("Version")),
                    ));
                }
                for name in ["Schedule", "AllowSameVersionUpgrades"] {
                    cuts.extend(node.attribute_node(name).map(|found| found.range()));
                }
            }
            "Condition" if parent.is_some_and(|parent| parent.has_tag_name((NAMESPACE, "Component"))) => {
                if let Some(component) = parent {
                    let condition = quoted(node.text().unwrap_or_default().trim());
                    queries
                        .push(format!("UPDATE Component SET Condition={condition} WHERE Component={}", id(component)));
                }
                cuts.push(node.range());
            }
            "CustomAction" if node.attribute("Directory").is_some() => {
                // 34 is a command line in a folder, 64 says that its failure is none.
                let kind = if node.attribute("Return") == Some("ignore") { 98 } else { 34 };
                let word = |name| quoted(node.attribute(name).unwrap_or_default());
                queries.push(format!(
                    "INSERT INTO CustomAction (Action, Type, Source, Target) VALUES ({}, {kind}, {}, {})",
                    id(node),
                    word("Directory"),
                    word("ExeCommand"),
                ));
                cuts.push(node.range());
            }
            "ShortcutProperty" => {
                if let Some(shortcut) = parent {
                    let word = |name| quoted(node.attribute(name).unwrap_or_default());
                    queries.push(SHORTCUT_PROPERTIES.into());
                    queries.push(format!(
                        "INSERT INTO MsiShortcutProperty (MsiShortcutProperty, Shortcut_, PropertyKey, PropVariantValue) \
                         VALUES ({0}, {0}, {1}, {2})",
                        id(shortcut),
                        word("Key"),
                        word("Value"),
                    ));
                }
                cuts.push(node.range());
            }
            _ => {}
        }
    }
    // wixl writes the place of its own list of roots where Windows wants -1 for "of the user, or of the computer".
    queries.push("UPDATE Registry SET Root=-1 WHERE Root=4".into());
    let secure = quoted(&secure.join(";"));
    queries.push(format!("UPDATE Property SET Value={secure} WHERE Property='SecureCustomProperties'"));

    let mut text = wix.to_owned();
    cuts.sort_by_key(|range| range.start);
    for range in cuts.into_iter().rev() {
        text.replace_range(range, "");
    }
    Ok(ForWixl { text, queries })
}

/// Makes an installer one for this user alone. Wine takes "for this user, unless otherwise said" for "for all users", and
/// the app's updater rightly says nothing else.
pub const FOR_THIS_USER: &str = "DELETE FROM Property WHERE Property='ALLUSERS'";

const NAMESPACE: &str = "http://schemas.microsoft.com/wix/2006/wi";

const SHORTCUT_PROPERTIES: &str = "CREATE TABLE `MsiShortcutProperty` (`MsiShortcutProperty` CHAR(72) NOT NULL, \
    `Shortcut_` CHAR(72) NOT NULL, `PropertyKey` CHAR(0) NOT NULL LOCALIZABLE, \
    `PropVariantValue` CHAR(0) NOT NULL LOCALIZABLE PRIMARY KEY `MsiShortcutProperty`)";

/// A word of the installer's SQL. It knows no way to write a quotation mark inside of one, so none may be there.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', ""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn of(inside: &str) -> ForWixl {
        for_wixl(&format!("<Wix xmlns=\"{NAMESPACE}\"><Product>{inside}</Product></Wix>")).unwrap()
    }

    #[test]
    fn what_wixl_knows_stays_as_it_is() {
        let known = "<Property Id=\"A\" Value=\"1\" /><Condition Message=\"m\">Installed</Condition>";
        assert!(of(known).text.contains(known));
    }

    #[test]
    fn a_condition_of_a_component_is_set_after_wixl() {
        let found = of("<Component Id=\"C\"><Condition>AUTOSTART</Condition><File Id=\"F\" /></Component>");
        assert!(found.text.contains("<Component Id=\"C\"><File Id=\"F\" /></Component>"), "{}", found.text);
        assert!(found.queries.contains(&"UPDATE Component SET Condition='AUTOSTART' WHERE Component='C'".to_owned()));
    }

    #[test]
    fn properties_that_reach_the_elevated_half_are_listed() {
        let found = of("<Property Id=\"A\" Secure=\"yes\" /><Property Id=\"B\" />");
        assert!(!found.text.contains("Secure"), "{}", found.text);
        assert!(found.queries.iter().any(|query| query.contains("WIX_UPGRADE_DETECTED;A'")), "{:?}", found.queries);
    }

    #[test]
    fn the_earlier_version_goes_before_anything_new_comes() {
        let found = of("<MajorUpgrade Schedule=\"afterInstallInitialize\" AllowSameVersionUpgrades=\"yes\" />");
        assert!(!found.text.contains("Schedule"), "{}", found.text);
        assert!(found.queries.iter().any(|query| query.contains("Sequence=1501")), "{:?}", found.queries);
        assert!(found.queries.iter().any(|query| query.contains("513")), "{:?}", found.queries);
    }
}
