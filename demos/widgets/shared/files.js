// What a visitor takes away as a file.

function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000); // some browsers begin late
}

// What may stand in the name of a file; `otherwise` if nothing may.
function fileName(words, most, otherwise) {
  return words.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, most) || otherwise;
}
