// The way back leads from another tab to the painting first, and not off the page.
(() => {
  const painting = () => document.querySelector('#tabs [role=tab]'); // the first one
  let leaving = false;
  if (history.state?.away) history.replaceState({...history.state, away: false}, ''); // it was loaded anew
  const follow = () => {
    const tab = painting();
    if (!tab) return;
    const away = tab.getAttribute('aria-selected') !== 'true';
    if (away && !history.state?.away) history.pushState({...history.state, away: true}, '');
    if (away || !history.state?.away || history.state.fills || leaving) return;
    leaving = true; // by a click on its tab, or what shows a painting: so far there is nothing to lead back from
    history.back();
  };
  afterChanges(follow);
  document.addEventListener('click', ({target}) => { if (target.closest?.('#tabs [role=tab]')) setTimeout(follow, 100); });
  addEventListener('popstate', () => {
    const own = leaving;
    leaving = false;
    if (own) return follow(); // meanwhile another tab may be chosen
    if (!history.state?.away && painting()?.getAttribute('aria-selected') !== 'true') painting()?.click();
  });
})();
