// Fine-tune: finding a setting by words, and the way back of those that Gradio gives none.
(() => {
  const all = (at, inside = document) => [...inside.querySelectorAll(at)];
  const unfolded = group => group.querySelector(':scope > [data-testid="accordion-content"]')?.style.display !== 'none';
  const fold = group => group.querySelector(':scope > .label-wrap').click();
  let opened = [];
  const look = () => { // a folded group has no controls before it is unfolded once
    const words = document.querySelector('#find :is(input, textarea)').value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let any = !words.length;
    all('#fine-tune .group').forEach(group => {
      const fits = control => words.every(word => `${group.querySelector('.label-wrap').innerText} ${control.innerText}`.toLowerCase().includes(word));
      const found = all('[id^=set-]', group).filter(control => { const fine = fits(control); control.classList.toggle('unfound', !fine); return fine; });
      group.classList.toggle('unfound', words.length > 0 && !found.length);
      any ||= found.length > 0;
    });
    document.querySelector('#nothing-found p').hidden = any;
    return words.length;
  };
  const find = () => {
    const closed = all('#fine-tune .group').filter(group => !unfolded(group));
    if (look()) { closed.forEach(fold); opened.push(...closed); requestAnimationFrame(() => setTimeout(look, 60)); }
    else { opened.filter(unfolded).forEach(fold); opened = []; }
  };
  document.addEventListener('input', event => { if (event.target.closest?.('#find')) find(); });

  const made = control => window.gradio_config.components.find(({props}) => props?.elem_id === control.id).props;
  const back = control => {
    const {value, choices} = made(control), choice = control.querySelector(`input[type=radio][value="${value}"]`), tick = control.querySelector('input[type=checkbox]');
    if (choice) choice.click();
    else if (tick) { if (tick.checked !== value) tick.click(); }
    else {
      const list = control.querySelector('[role=listbox], input');
      list.focus();
      setTimeout(() => {
        const at = choices.findIndex(([, key]) => key === value);
        all('[role=option]', control)[at]?.dispatchEvent(new MouseEvent('mousedown', {bubbles: true}));
        list.blur();
      }, 60);
    }
  };
  const give = control => {
    if (control.querySelector('.reset-button, .way-back')) return;
    const name = control.querySelector('[data-testid="block-info"]')?.innerText ?? '';
    const button = Object.assign(document.createElement('button'), {type: 'button', className: 'way-back', textContent: '↺', title: say('Reset')});
    button.setAttribute('aria-label', say('Reset {name}', {name}));
    button.addEventListener('click', () => back(control));
    control.append(button);
  };
  // Gradio's own way back changes a slider without saying that somebody did.
  document.addEventListener('click', event => {
    const control = event.target.closest?.('.reset-button') && event.target.closest('[id^=set-]');
    if (control) setTimeout(() => control.querySelector('input[type=number]').dispatchEvent(new Event('input', {bubbles: true})), 60);
  });
  afterChanges(() => all('[id^=set-]').forEach(give));
})();
