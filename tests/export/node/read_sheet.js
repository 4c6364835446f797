// A sheet's JSON as PixiJS reads it: node read_sheet.js FILE; its textures and animations as JSON on stdout.
const { readFileSync } = require('node:fs');

globalThis.navigator ??= { userAgent: 'node' };
const { Spritesheet, Texture, TextureSource } = require('pixi.js');

const data = JSON.parse(readFileSync(process.argv[2]));
const { w: width, h: height } = data.meta.size;
const sheet = new Spritesheet(new Texture({ source: new TextureSource({ width, height }) }), data);

function box({ x, y, width, height }) {
  return { x, y, w: width, h: height };
}

sheet.parse().then((textures) => {
  const names = new Map(Object.entries(textures).map(([name, texture]) => [texture, name]));
  const found = {};
  for (const [texture, name] of names) {
    const { frame, orig, trim, rotate } = texture;
    const source = trim ?? { x: 0, y: 0, width: orig.width, height: orig.height };
    found[name] = { frame: box(frame), full: box(orig), source: box(source), rotate };
  }
  const animations = {};
  for (const [name, frames] of Object.entries(sheet.animations)) {
    animations[name] = frames.map((texture) => names.get(texture));
  }
  console.log(JSON.stringify({ textures: found, animations }));
});
