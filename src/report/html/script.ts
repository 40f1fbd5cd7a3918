/**
 * What the page can do where scripts run: filter the matrix by words and states, and unfold the change that a link leads
 * to. Without it everything is there to read.
 */
export const SCRIPT = `
(() => {
  const find = (query) => [...document.querySelectorAll(query)];
  const input = document.getElementById('filter');
  const output = document.getElementById('shown');
  const rows = find('.matrix tr[data-state]');
  const groups = find('.matrix tbody');
  const buttons = find('.counts button');
  const texts = rows.map((row) => (row.dataset.text + ' ' + row.textContent + ' ' + [...row.querySelectorAll('[title]')].map((cell) => cell.title).join(' ')).toLowerCase());
  const apply = () => {
    const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const states = buttons.filter((button) => button.getAttribute('aria-pressed') === 'true').map((button) => button.dataset.state);
    let shown = 0;
    rows.forEach((row, index) => {
      const fits = words.every((word) => texts[index].includes(word)) && (states.length === 0 || states.includes(row.dataset.state));
      row.toggleAttribute('data-hidden', !fits);
      if (fits) shown += 1;
    });
    groups.forEach((group) => group.toggleAttribute('data-hidden', !group.querySelector('tr[data-state]:not([data-hidden])')));
    output.textContent = shown === rows.length ? rows.length + ' tags' : shown + ' of ' + rows.length + ' tags';
  };
  const unfold = () => {
    const change = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (change && change.tagName === 'DETAILS') change.open = true;
  };
  if (input && output) {
    find('.tools').forEach((tools) => tools.removeAttribute('hidden'));
    buttons.filter((button) => rows.some((row) => row.dataset.state === button.dataset.state)).forEach((button) => {
      button.disabled = false;
      button.setAttribute('aria-pressed', 'false');
      button.addEventListener('click', () => {
        button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
        apply();
      });
    });
    input.addEventListener('input', apply);
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      input.value = '';
      apply();
    });
    document.addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.target === input || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.focus();
    });
    apply();
  }
  addEventListener('hashchange', unfold);
  unfold();
})();
`;
