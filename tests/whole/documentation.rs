//! The documents show what the program really prints.

use std::{fs, path::Path};

use whole_system_tests::Program;

/// The order shown, and the demo that it comes from.
const ORDER: &str = "sale:gid://shopify/Order/5600000040961";

#[test]
fn the_way_of_one_order_is_written_down_as_the_program_prints_it() {
    let scratch = tempfile::tempdir().unwrap();
    let kept = scratch.path().to_str().unwrap();
    let demo = Program::ask(&["demo", "--orders", "12", "--keep", kept]);
    assert_eq!(demo.code, 0, "{demo:?}");
    let data = scratch.path().join("data");
    let printed = Program::ask(&["entries", "--data-dir", data.to_str().unwrap(), "--key", ORDER, "--story"]);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/one-order.md");
    let written = fs::read_to_string(&page).unwrap().replace("\r\n", "\n");
    assert!(
        printed.out == written,
        "docs/one-order.md is not what is printed now. To write it anew:\n\
         tillbridge-cli demo --orders 12 --keep FOLDER\n\
         tillbridge-cli entries --data-dir FOLDER/data --key {ORDER} --story > docs/one-order.md\n{}",
        printed.out
    );
}
