//! From text to words: the same for what is indexed and what is typed.
//!
//! Words are small letters without accents ("Café" is "cafe"); an apostrophe joins ("carer's" is "carers"). A *stem* is
//! what is left of a word without its English ending, so that "gardening" finds "gardener's" garden.

use std::sync::LazyLock;

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, TextAnalyzer, TokenStream,
    TokenizerManager,
};

/// The name of the analyzer of words.
pub(super) const WORDS: &str = "waymark_words";

/// The name of the analyzer of stems.
pub(super) const STEMS: &str = "waymark_stems";

/// A longer word is no word.
const LONGEST_WORD: usize = 40;

/// Makes both analyzers known to an index.
pub(super) fn register(tokenizers: &TokenizerManager) {
    tokenizers.register(WORDS, words_analyzer());
    tokenizers.register(STEMS, stems_analyzer());
}

fn words_analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

fn stems_analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(Stemmer::new(Language::English))
        .build()
}

/// Takes out of a text what would cut a word in two.
pub(super) fn tidy(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\'' | '’' | '‘' | '\u{ad}')).collect()
}

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Vec<String> {
    static ANALYZER: LazyLock<TextAnalyzer> = LazyLock::new(words_analyzer);
    tokens(&mut ANALYZER.clone(), text)
}

/// The stems of a text, in order: one for each of its [`words`].
pub(super) fn stems(text: &str) -> Vec<String> {
    static ANALYZER: LazyLock<TextAnalyzer> = LazyLock::new(stems_analyzer);
    tokens(&mut ANALYZER.clone(), text)
}

fn tokens(analyzer: &mut TextAnalyzer, text: &str) -> Vec<String> {
    let text = tidy(text);
    let mut stream = analyzer.token_stream(&text);
    let mut tokens = Vec::new();
    while stream.advance() {
        tokens.push(stream.token().text.clone());
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_small_plain_letters() {
        assert_eq!(words("Memory Café, for carer's 🏠 rest!"), ["memory", "cafe", "for", "carers", "rest"]);
        assert_eq!(words("\0 \"'(+-&&) "), Vec::<String>::new());
    }

    #[test]
    fn one_stem_for_every_word() {
        assert_eq!(stems("libraries library cleaning cleaners"), ["librari", "librari", "clean", "cleaner"]);
    }
}
