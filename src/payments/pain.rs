//! ISO 20022: writing pain.001.001.09 (what the bank should pay), reading pain.002 (what it answered).

use std::io;

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use crate::clock::UtcTime;
use crate::money::Money;
use crate::providers::typed::as_pounds;

use super::account::BankAccount;
use super::read_back::{Answer, Said};

/// The schema that the file follows.
pub(super) const PAIN_001: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

/// What stands at the top of the file.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// "WM-12".
    pub message: String,
    /// When it is made.
    pub made_at: UtcTime,
    /// The day on which the bank should pay.
    pub pay_on: chrono::NaiveDate,
    /// How many payments.
    pub count: i64,
    /// What they add up to.
    pub total: Money,
    /// The council's account.
    pub debtor: BankAccount,
}

/// One payment.
#[derive(Clone, Debug)]
pub(super) struct Payment {
    /// "WM-12-345".
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// To whom.
    pub creditor: BankAccount,
    /// What the payee reads on the statement.
    pub about: String,
}

type Out = Writer<Vec<u8>>;

fn text(out: &mut Out, name: &str, value: &str) -> io::Result<()> {
    out.create_element(name).write_text_content(BytesText::new(value)).map(drop)
}

fn open(out: &mut Out, name: &str) -> io::Result<()> {
    out.write_event(Event::Start(BytesStart::new(name)))
}

fn close(out: &mut Out, name: &str) -> io::Result<()> {
    out.write_event(Event::End(BytesEnd::new(name)))
}

/// Letters that every bank takes (the SEPA set); others are left out or written plainly.
fn plain(value: &str, most: usize) -> String {
    let kept: String = value
        .chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '/' | '-' | '?' | ':' | '(' | ')' | '.' | ',' | '\'' | '+' | ' ' => {
                letter
            }
            '&' => '+',
            '\u{2019}' => '\'',
            'à'..='å' => 'a',
            'è'..='ë' => 'e',
            'ì'..='ï' => 'i',
            'ò'..='ö' => 'o',
            'ù'..='ü' => 'u',
            _ => ' ',
        })
        .collect();
    let tidy = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    tidy.chars().take(most).collect()
}

/// The account and the bank of one side; `role` is "Dbtr" or "Cdtr".
fn bank(out: &mut Out, role: &str, account: &BankAccount) -> io::Result<()> {
    open(out, &format!("{role}Agt"))?;
    open(out, "FinInstnId")?;
    if let Some(sort_code) = &account.sort_code {
        open(out, "ClrSysMmbId")?;
        open(out, "ClrSysId")?;
        text(out, "Cd", "GBDSC")?;
        close(out, "ClrSysId")?;
        text(out, "MmbId", sort_code)?;
        close(out, "ClrSysMmbId")?;
    } else {
        open(out, "Othr")?;
        text(out, "Id", "NOTPROVIDED")?;
        close(out, "Othr")?;
    }
    close(out, "FinInstnId")?;
    close(out, &format!("{role}Agt"))
}

fn account(out: &mut Out, role: &str, account: &BankAccount) -> io::Result<()> {
    open(out, &format!("{role}Acct"))?;
    open(out, "Id")?;
    if let Some(iban) = &account.iban {
        text(out, "IBAN", iban)?;
    } else {
        open(out, "Othr")?;
        text(out, "Id", account.number.as_deref().unwrap_or_default())?;
        open(out, "SchmeNm")?;
        text(out, "Cd", "BBAN")?;
        close(out, "SchmeNm")?;
        close(out, "Othr")?;
    }
    close(out, "Id")?;
    close(out, &format!("{role}Acct"))
}

fn named(out: &mut Out, name: &str, who: &str) -> io::Result<()> {
    open(out, name)?;
    text(out, "Nm", &plain(who, 70))?;
    close(out, name)
}

/// Everything before the first payment.
pub(super) fn begin(head: &Head) -> io::Result<Vec<u8>> {
    let mut out = Writer::new(Vec::new());
    let (count, total) = (head.count.to_string(), as_pounds(head.total.as_pence()));
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    out.write_event(Event::Start(BytesStart::new("Document").with_attributes([("xmlns", PAIN_001)])))?;
    open(&mut out, "CstmrCdtTrfInitn")?;
    open(&mut out, "GrpHdr")?;
    text(&mut out, "MsgId", &head.message)?;
    text(&mut out, "CreDtTm", &head.made_at.format("%Y-%m-%dT%H:%M:%SZ").to_string())?;
    text(&mut out, "NbOfTxs", &count)?;
    text(&mut out, "CtrlSum", &total)?;
    named(&mut out, "InitgPty", &head.debtor.name)?;
    close(&mut out, "GrpHdr")?;
    open(&mut out, "PmtInf")?;
    text(&mut out, "PmtInfId", &head.message)?;
    text(&mut out, "PmtMtd", "TRF")?;
    text(&mut out, "NbOfTxs", &count)?;
    text(&mut out, "CtrlSum", &total)?;
    open(&mut out, "ReqdExctnDt")?;
    text(&mut out, "Dt", &head.pay_on.to_string())?;
    close(&mut out, "ReqdExctnDt")?;
    named(&mut out, "Dbtr", &head.debtor.name)?;
    account(&mut out, "Dbtr", &head.debtor)?;
    bank(&mut out, "Dbtr", &head.debtor)?;
    text(&mut out, "ChrgBr", "SHAR")?;
    Ok(out.into_inner())
}

/// One payment.
pub(super) fn payment(payment: &Payment, into: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut out = Writer::new(into);
    open(&mut out, "CdtTrfTxInf")?;
    open(&mut out, "PmtId")?;
    text(&mut out, "EndToEndId", &payment.reference)?;
    close(&mut out, "PmtId")?;
    open(&mut out, "Amt")?;
    let amount = as_pounds(payment.amount.as_pence());
    out.create_element("InstdAmt").with_attribute(("Ccy", "GBP")).write_text_content(BytesText::new(&amount))?;
    close(&mut out, "Amt")?;
    bank(&mut out, "Cdtr", &payment.creditor)?;
    named(&mut out, "Cdtr", &payment.creditor.name)?;
    account(&mut out, "Cdtr", &payment.creditor)?;
    open(&mut out, "RmtInf")?;
    text(&mut out, "Ustrd", &plain(&payment.about, 140))?;
    close(&mut out, "RmtInf")?;
    close(&mut out, "CdtTrfTxInf")?;
    Ok(out.into_inner())
}

/// Everything after the last payment.
pub(super) fn end() -> &'static [u8] {
    b"</PmtInf></CstmrCdtTrfInitn></Document>"
}

/// Reads a pain.002: each transaction with its reference and what the bank says of it. A text that is no such document is none.
pub(super) fn answers(xml: &str) -> Option<Vec<Said>> {
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    let mut said = Vec::new();
    let mut this: Option<(String, String, Vec<String>)> = None;
    let mut is_report = false;
    let mut words = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                words.clear();
                is_report |= name == "CstmrPmtStsRpt";
                if name == "TxInfAndSts" {
                    this = Some(Default::default());
                }
                path.push(name);
                if path.len() > 40 {
                    return None;
                }
            }
            Event::Text(text) => words.push_str(&text.xml10_content()),
            Event::CData(text) => words.push_str(&text.xml10_content()),
            Event::GeneralRef(named) => words.push_str(match named.borrow().into_inner().as_ref() {
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                "quot" => "\"",
                "apos" => "'",
                _ => " ",
            }),
            Event::End(_) => {
                let name = path.pop()?;
                let value = words.trim().to_owned();
                words.clear();
                if name == "TxInfAndSts" {
                    let (reference, status, reasons) = this.take()?;
                    let answer = match status.as_str() {
                        "ACSC" | "ACCC" => Answer::Paid,
                        "RJCT" | "CANC" => Answer::Failed,
                        // Taken in, checked, on its way: not an answer yet.
                        "ACTC" | "ACCP" | "ACSP" | "ACWC" | "RCVD" | "PDNG" | "PART" => Answer::NotYet,
                        _ => Answer::Unknown(status),
                    };
                    said.push(Said { row: said.len() + 1, reference, answer, reason: reasons.join(" ") });
                } else if let Some(this) = &mut this {
                    match name.as_str() {
                        "OrgnlEndToEndId" => this.0 = value,
                        "TxSts" => this.1 = value,
                        "Cd" | "Prtry" | "AddtlInf" if path.iter().any(|each| each == "StsRsnInf") => {
                            this.2.push(value);
                        }
                        _ => {}
                    }
                }
            }
            Event::DocType(_) => return None, // no document of a bank defines its own entities
            Event::Eof => break,
            _ => {}
        }
    }
    (is_report && path.is_empty()).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, iban: bool) -> BankAccount {
        let (sort_code, number, iban) =
            if iban { ("", "", "GB82WEST12345698765432") } else { ("200000", "12345678", "") };
        BankAccount::checked(name, sort_code, number, iban).unwrap()
    }

    /// Elements in the order of the schema, with their depth: what a validator would look at first.
    fn outline(xml: &str) -> Vec<String> {
        let mut reader = Reader::from_str(xml);
        let mut path: Vec<String> = Vec::new();
        let mut told = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    path.push(start.local_name().as_ref().to_owned());
                    told.push(path.join("/"));
                }
                Event::End(_) => drop(path.pop()),
                Event::Eof => return told,
                _ => {}
            }
        }
    }

    #[test]
    fn a_file_for_the_bank_has_the_structure_of_pain_001() {
        let head = Head {
            message: "WM-12".into(),
            made_at: "2026-05-20T10:00:00".parse().unwrap(),
            pay_on: "2026-05-22".parse().unwrap(),
            count: 2,
            total: Money::pence(7_250),
            debtor: account("Trafford & Co <council>", false),
        };
        let mut xml = begin(&head).unwrap();
        for (number, iban) in [(1, false), (2, true)] {
            let creditor = account("Sale Neighbours \u{2019}n\u{e9}", iban);
            let amount = Money::pence(if iban { 50 } else { 7_200 });
            let about = "INV-1 \u{201c}Lunch\u{201d}".into();
            let one = Payment { reference: format!("WM-12-{number}"), amount, creditor, about };
            xml = payment(&one, xml).unwrap();
        }
        xml.extend_from_slice(end());
        let xml = String::from_utf8(xml).unwrap();
        assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "{xml}");
        assert!(
            xml.contains("<Nm>Trafford + Co council</Nm>") && xml.contains("<Nm>Sale Neighbours &apos;ne</Nm>"),
            "{xml}"
        );
        assert!(
            xml.contains("<InstdAmt Ccy=\"GBP\">72.00</InstdAmt>")
                && xml.contains("<InstdAmt Ccy=\"GBP\">0.50</InstdAmt>")
        );
        assert_eq!(xml.matches("<CtrlSum>72.50</CtrlSum>").count(), 2);
        let top = "Document/CstmrCdtTrfInitn";
        let told = outline(&xml);
        let order = |below: &str| -> Vec<&str> {
            let depth = below.matches('/').count() + 1;
            told.iter()
                .filter(|path| path.starts_with(&format!("{below}/")) && path.matches('/').count() == depth)
                .map(|path| path.rsplit('/').next().unwrap())
                .collect()
        };
        assert_eq!(order(top), ["GrpHdr", "PmtInf"]);
        assert_eq!(order(&format!("{top}/GrpHdr")), ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"]);
        assert_eq!(
            order(&format!("{top}/PmtInf")),
            [
                "PmtInfId",
                "PmtMtd",
                "NbOfTxs",
                "CtrlSum",
                "ReqdExctnDt",
                "Dbtr",
                "DbtrAcct",
                "DbtrAgt",
                "ChrgBr",
                "CdtTrfTxInf",
                "CdtTrfTxInf"
            ]
        );
        let one = ["PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "RmtInf"];
        assert_eq!(order(&format!("{top}/PmtInf/CdtTrfTxInf")), [one, one].concat());
    }

    #[test]
    fn answers_of_the_bank_are_read_and_nothing_else_is() {
        let one = |reference: &str, status: &str, reason: &str| {
            format!(
                "<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>{reason}</TxInfAndSts>"
            )
        };
        let why = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Closed &amp; gone</AddtlInf></StsRsnInf>";
        let xml = format!(
            "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt>
             <OrgnlPmtInfAndSts>{}{}{}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>",
            one("WM-1-1", "ACSC", ""),
            one("WM-1-2", "RJCT", why),
            one("WM-1-3", "PDNG", "")
        );
        let said = answers(&xml).unwrap();
        assert_eq!(said.len(), 3);
        assert_eq!((said[0].reference.as_str(), &said[0].answer), ("WM-1-1", &Answer::Paid));
        assert_eq!((&said[1].answer, said[1].reason.as_str()), (&Answer::Failed, "AC04 Closed & gone"));
        assert_eq!(said[2].answer, Answer::NotYet);
        for other in
            ["", "x", "<a></a>", "<Document><CstmrPmtStsRpt>", "<!DOCTYPE a><Document><CstmrPmtStsRpt/></Document>"]
        {
            assert!(answers(other).is_none(), "{other}");
        }
    }
}
