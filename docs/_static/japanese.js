// What the theme and the search say in English only.
Documentation.addTranslations({
  locale: "ja",
  plural_expr: "0",
  messages: {
    "Search finished, found one page matching the search query.": ["${resultCount} 件見つかりました。"],
  },
});

const LABELS = {
  "Toggle site navigation sidebar": "サイトの目次を開く、閉じる",
  "Toggle table of contents sidebar": "ページの目次を開く、閉じる",
  "Toggle Light / Dark / Auto color theme": "配色を切り替える(明るい、暗い、自動)",
};
document.querySelectorAll("[aria-label]").forEach((each) => {
  const label = each.getAttribute("aria-label");
  const below = label.match(/^Toggle navigation of (.*)$/);
  each.setAttribute("aria-label", below ? `${below[1]}の下を開く、閉じる` : LABELS[label] || label);
});
