// Light and dark by hand.
import {button} from './dom.js';

export function themeButton() {
  const root = document.documentElement;
  const isDark = () => root.dataset.theme ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  return button('Theme', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    root.dispatchEvent(new Event('theme'));
  });
}
