//! What the engine keeps of an offer.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions,
};

use crate::row::{Dimension, VALUES};
use crate::tokenizer;

/// The fields of the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    pub(crate) title: Field,
    /// The title by word family, so that `soudure` finds a `soudeur` after those who say `soudure`.
    pub(crate) title_root: Field,
    pub(crate) occupation: Field,
    pub(crate) skills: Field,
    pub(crate) company: Field,
    pub(crate) city: Field,
    pub(crate) description: Field,
    /// How people say the kind of contract and of remote work.
    pub(crate) terms: Field,
    /// The sixteen bytes of the identifier.
    pub(crate) id: Field,
    pub(crate) id_high: Field,
    pub(crate) id_low: Field,
    /// Days since 1970-01-01.
    pub(crate) published: Field,
    /// Days since 1970-01-01 of the last day shown; the greatest number for never.
    pub(crate) expires: Field,
    /// Places in the tables of values.
    pub(crate) values: [Field; VALUES],
    /// Millionths of a degree; absent where nobody knows.
    pub(crate) latitude: Field,
    pub(crate) longitude: Field,
    /// Gross euros a year.
    pub(crate) salary_from: Field,
    pub(crate) salary_to: Field,
    /// Equal for offers that say the same; 0 for those that are too short to tell.
    pub(crate) group: Field,
    /// The offer without its description, as JSON.
    pub(crate) offer: Field,
}

/// The schema and its fields. Two builds of the same version give equal schemas.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let text = |tokenizer: &str| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer);
        // Positions, for what stands in quotation marks and for titles that say it in one piece.
        let indexing = indexing.set_index_option(IndexRecordOption::WithFreqsAndPositions);
        TextOptions::default().set_indexing_options(indexing)
    };
    let title = builder.add_text_field("title", text(tokenizer::NAME));
    let title_root = builder.add_text_field("title_root", text(tokenizer::ROOT));
    let occupation = builder.add_text_field("occupation", text(tokenizer::NAME));
    let skills = builder.add_text_field("skills", text(tokenizer::NAME));
    let company = builder.add_text_field("company", text(tokenizer::NAME));
    let city = builder.add_text_field("city", text(tokenizer::NAME));
    // Kept as it is: whoever shows it need not read it out of something else.
    let description = builder.add_text_field("description", text(tokenizer::TEXT).set_stored());
    let terms = builder.add_text_field("terms", text(tokenizer::NAME));
    let fields = Fields {
        title,
        title_root,
        occupation,
        skills,
        company,
        city,
        description,
        terms,
        id: builder.add_bytes_field("id", INDEXED),
        id_high: builder.add_u64_field("id_high", FAST),
        id_low: builder.add_u64_field("id_low", FAST),
        published: builder.add_i64_field("published", FAST),
        expires: builder.add_i64_field("expires", FAST),
        values: std::array::from_fn(|dimension| {
            builder.add_u64_field(Dimension::ALL[dimension].column(), FAST)
        }),
        latitude: builder.add_i64_field("latitude", FAST),
        longitude: builder.add_i64_field("longitude", FAST),
        salary_from: builder.add_u64_field("salary_from", FAST),
        salary_to: builder.add_u64_field("salary_to", FAST),
        group: builder.add_u64_field("group", FAST),
        offer: builder.add_text_field("offer", STORED),
    };
    (builder.build(), fields)
}
