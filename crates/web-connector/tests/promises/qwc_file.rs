//! The .qwc file, and what the Web Connector would refuse.

use uuid::Uuid;
use web_connector::{PersonalData, Qwc, QwcError, Unattended};

fn qwc() -> Qwc {
    Qwc {
        app_name: "Wax & Wick Bookkeeper".to_owned(),
        app_id: String::new(),
        app_url: "http://localhost:8095/qbwc".to_owned(),
        app_description: "Carries the shop's sales into QuickBooks".to_owned(),
        app_support: "http://localhost:8095/qbwc?help".to_owned(),
        user_name: "till".to_owned(),
        owner_id: Uuid::from_u128(0x57f3_b9b6_86f1_4fcc_b1ee_566d_e181_3d20),
        file_id: Uuid::from_u128(0x90a4_4fb5_33d9_4815_ac85_bc87_a7e7_d1eb),
        run_every_minutes: 5,
        notify: false,
        unattended: Unattended::Optional,
        personal_data: PersonalData::NotNeeded,
    }
}

#[test]
fn the_file_byte_for_byte() {
    assert_eq!(qwc().to_xml().unwrap(), include_str!("golden/bookkeeper.qwc"));
}

#[test]
fn every_choice_has_its_word() {
    let xml = Qwc {
        notify: true,
        unattended: Unattended::Required,
        personal_data: PersonalData::Required,
        app_id: "X1".to_owned(),
        ..qwc()
    }
    .to_xml()
    .unwrap();
    for element in [
        "<Notify>true</Notify>",
        "<UnattendedModePref>umpRequired</UnattendedModePref>",
        "<PersonalDataPref>pdpRequired</PersonalDataPref>",
        "<AppID>X1</AppID>",
    ] {
        assert!(xml.contains(element), "{xml}");
    }
    let xml = Qwc { personal_data: PersonalData::Optional, ..qwc() }.to_xml().unwrap();
    assert!(xml.contains("<PersonalDataPref>pdpOptional</PersonalDataPref>"), "{xml}");
}

fn refused(change: impl FnOnce(&mut Qwc)) -> QwcError {
    let mut qwc = qwc();
    change(&mut qwc);
    qwc.to_xml().unwrap_err()
}

#[test]
fn the_endpoints_address_has_to_be_localhost_or_https() {
    for url in ["http://shop.example/qbwc", "http://localhost.example:8095/qbwc", "http://my-pc:8095/qbwc"] {
        assert!(matches!(refused(|qwc| qwc.app_url = url.to_owned()), QwcError::NotHttps), "{url}");
    }
    for url in ["http://127.0.0.1:8095/qbwc", "https://10.0.0.1/qbwc", "http://[::1]:8095/qbwc"] {
        assert!(matches!(refused(|qwc| qwc.app_url = url.to_owned()), QwcError::IpAddress("AppURL")), "{url}");
    }
    for url in ["localhost:8095/qbwc", "/qbwc", "ftp://localhost/qbwc", "http://", "http://local host/"] {
        assert!(matches!(refused(|qwc| qwc.app_url = url.to_owned()), QwcError::NotAnAddress("AppURL")), "{url}");
    }
    let mut https = qwc();
    https.app_url = "https://books.example/qbwc".to_owned();
    https.app_support = "https://BOOKS.example/help".to_owned();
    https.to_xml().unwrap();
}

#[test]
fn the_support_address_has_to_be_in_the_same_domain_unless_the_endpoint_is_local() {
    let mut qwc = qwc();
    qwc.app_support = "https://help.example/books".to_owned();
    qwc.to_xml().unwrap();
    qwc.app_url = "https://books.example/qbwc".to_owned();
    assert!(matches!(qwc.to_xml(), Err(QwcError::OtherDomain)));
    assert!(matches!(
        refused(|qwc| qwc.app_support = "http://127.0.0.1/".to_owned()),
        QwcError::IpAddress("AppSupport")
    ));
}

#[test]
fn texts_have_to_be_there_and_to_fit() {
    assert!(matches!(refused(|qwc| qwc.app_name = " ".to_owned()), QwcError::Missing("AppName")));
    assert!(matches!(refused(|qwc| qwc.user_name.clear()), QwcError::Missing("UserName")));
    assert!(matches!(refused(|qwc| qwc.app_url.clear()), QwcError::Missing("AppURL")));
    assert!(matches!(refused(|qwc| qwc.app_support.clear()), QwcError::Missing("AppSupport")));
    assert!(matches!(refused(|qwc| qwc.app_description.clear()), QwcError::Missing("AppDescription")));
    assert!(matches!(refused(|qwc| qwc.app_name.push('\n')), QwcError::NotOneLine("AppName")));
    assert!(matches!(refused(|qwc| qwc.app_description = "\u{e9}".repeat(81)), QwcError::DescriptionTooLong(81)));
    let mut longest = qwc();
    longest.app_description = "\u{e9}".repeat(80);
    longest.to_xml().unwrap();
}

#[test]
fn ids_and_interval_have_to_mean_something() {
    assert!(matches!(refused(|qwc| qwc.owner_id = Uuid::nil()), QwcError::NilId("OwnerID")));
    assert!(matches!(refused(|qwc| qwc.file_id = Uuid::nil()), QwcError::NilId("FileID")));
    assert!(matches!(refused(|qwc| qwc.run_every_minutes = 0), QwcError::NoInterval));
}
