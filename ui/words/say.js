// What scripts and templates say, in the visitor's language: their words are sent along, by their English.
(() => {
  const sent = document.querySelector('#words')?.textContent; // of a page that is not Gradio's
  const words = (sent ? JSON.parse(sent) : window.gradio_config?.i18n_translations?.en) ?? {};
  const lang = words.lang ?? 'en', rules = new Intl.PluralRules(lang);
  const written = window.written = value => (typeof value === 'number' ? value.toLocaleString(lang, {useGrouping: Math.abs(value) >= 10000}) : value);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? written(values[name]) : place));
  document.documentElement.lang = lang;
  window.say = (text, values) => { const found = words[text] ?? text; return values ? fill(found, values) : found; };
  window.counted = (one, many, n, values = {}) => {
    const forms = words[one] ?? [one, many], kind = (words[one] ? rules : new Intl.PluralRules('en')).select(n);
    return fill(Array.isArray(forms) ? (kind === 'one' ? forms[0] : forms.at(-1)) : forms, {n, ...values});
  };
})();
