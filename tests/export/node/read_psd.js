// A PSD as ag-psd reads it: node read_psd.js FILE OUT; OUT.json names the layers, OUT.rgba holds their pixels.
const { readFileSync, writeFileSync } = require('node:fs');
const { initializeCanvas, readPsd } = require('ag-psd');

const imageData = (width, height) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) });
initializeCanvas(() => { throw new Error('no canvas in Node'); }, imageData);

const [, , file, out] = process.argv;
const psd = readPsd(readFileSync(file), { useImageData: true, throwForMissingFeatures: true });
const pixels = [];
let at = 0;

function kept(image) {
  if (!image) return null;
  pixels.push(Buffer.from(image.data));
  at += image.data.length;
  return { at: at - image.data.length, width: image.width, height: image.height };
}

function layers(nodes) {
  return nodes.map((node) => ({
    name: node.name,
    x: node.left,
    y: node.top,
    blend: node.blendMode,
    clipping: !!node.clipping,
    hidden: !!node.hidden,
    opacity: node.opacity,
    image: kept(node.imageData),
    children: node.children ? layers(node.children) : null,
  }));
}

const read = {
  width: psd.width,
  height: psd.height,
  channels: psd.channels,
  bits: psd.bitsPerChannel,
  mode: psd.colorMode,
  composite: kept(psd.imageData),
  children: layers(psd.children),
};
writeFileSync(`${out}.json`, JSON.stringify(read));
writeFileSync(`${out}.rgba`, Buffer.concat(pixels));
