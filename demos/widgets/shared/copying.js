// Text for the clipboard; the button says how it went.

function brief(button, words) {
  button.dataset.label ||= button.textContent;
  button.textContent = words;
  setTimeout(() => { button.textContent = button.dataset.label; }, 1500);
}

async function copy(button, content) {
  try {
    await navigator.clipboard.writeText(content);
    brief(button, 'Copied');
  } catch {
    const area = document.createElement('textarea'); // pages served without https
    area.value = content;
    document.body.append(area);
    area.select();
    brief(button, document.execCommand('copy') ? 'Copied' : 'Not copied');
    area.remove();
  }
}
