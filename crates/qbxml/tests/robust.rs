//! Whatever arrives, reading ends with an answer or an error, never with a panic.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;

use proptest::prelude::*;
use qbxml::{HResult, ReadError, Reader, WallTime};

fn corpus() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Reads to the end; the number of events is bounded by the number of bytes.
fn read_to_the_end(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    for _ in 0..=bytes.len() {
        match reader.next() {
            Ok(Some(_)) | Err(ReadError::Object { .. }) => {}
            Ok(None) => return,
            Err(_) => {
                assert!(matches!(reader.next(), Ok(None)));
                return;
            }
        }
    }
    panic!("reading did not come to an end");
}

#[test]
fn the_corpus_itself_is_read_to_the_end() {
    for bytes in corpus() {
        read_to_the_end(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn arbitrary_bytes_never_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        read_to_the_end(&bytes);
    }

    #[test]
    fn arbitrary_markup_never_makes_it_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<QBXML>", "</QBXML>", "<QBXMLMsgsRs>", "</QBXMLMsgsRs>", "<ClassQueryRs statusCode=\"0\">", "</ClassQueryRs>",
            "<ClassRet>", "</ClassRet>", "<ListID>", "</ListID>", "<TxnVoidRs statusCode='1'>", "</TxnVoidRs>", "<TxnID>1</TxnID>",
            "<ReportRet>", "</ReportRet>", "<ReportTitle>", "</ReportTitle>", "<ReportData>", "</ReportData>",
            "<DataRow rowNumber=\"1\">", "</DataRow>", "<ColData colID='1' value='x'/>", "<TextRow value=\"&lt;\" />",
            "<ErrorRecovery>", "</ErrorRecovery>", "x", "&amp;", "&#65;", "&#0;", "&bad;", "&", "<", ">", "<!--", "-->",
            "<![CDATA[", "]]>", "<?qbxml", "?>", "<!DOCTYPE x>", "\u{feff}", " ", "é",
        ]), 0..40),
    ) {
        read_to_the_end(pieces.concat().as_bytes());
    }

    #[test]
    fn changed_answers_never_make_it_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..12),
    ) {
        let corpus = corpus();
        let mut bytes = which.get(&corpus).clone();
        for (place, byte, kind) in changes {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => { bytes.remove(place); }
                2 => bytes.insert(place, byte),
                _ => bytes.truncate(place),
            }
        }
        read_to_the_end(&bytes);
    }

    #[test]
    fn arbitrary_texts_are_times_and_codes_or_errors(text in "[0-9T:+.Zx-]{0,30}") {
        if let Ok(time) = text.parse::<WallTime>() {
            prop_assert_eq!(time.to_string().parse(), Ok(time));
        }
        if let Ok(code) = text.parse::<HResult>() {
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }
    }
}
